import { expect, test } from "vitest";
import type { JsonObject } from "../json.ts";
import {
  apply,
  create,
  expecting,
  patch,
  proposalOf,
  remove,
  specForDecide,
} from "../testing/index.ts";

const template = (text: string): JsonObject => ({ files: { "a.yaml": { text } } });
const deployment = { workload: "sensor", template: "service", target: "lab" };
const ingredients = [
  apply("Workload", "sensor"),
  apply("Template", "service", template("x")),
  apply("Target", "lab", { selector: "site=lab" }),
];

/** A deployment `default/prod` and all that it needs. */
const running = () =>
  specForDecide()
    .given(...ingredients)
    .given(apply("Deployment", "prod", deployment));

test("applying creates, replaces, and leaves what is equal alone", () => {
  specForDecide()
    .when(apply("Host", "tim-pi", {}, { site: "lab" }))
    .emits("UPDATE Host default/tim-pi")
    .results("created")
    .committed()
    .when(apply("Host", "tim-pi", {}, { site: "lab" }))
    .emits()
    .results("unchanged")
    .committed()
    .when(apply("Host", "tim-pi"))
    .emits("UPDATE Host default/tim-pi")
    .results("configured");
});

test("an object keeps its incarnation while it is changed, and gets a new one when it is re-created", () => {
  const { world } = specForDecide()
    .given(apply("Host", "a"))
    .given(apply("Host", "a", { description: "x" }));
  expect(world.get("Host", "default/a")).toMatchObject({
    revision: 3,
    value: { createdRevision: 2 },
  });
  specForDecide()
    .given(apply("Host", "a"))
    .when(remove("Host", "a"), create("Host", "a"))
    .emits("UPDATE Host default/a")
    .results("deleted", "created");
});

test("operations see each other and fold into one event for each key", () => {
  specForDecide()
    .when(
      create("Host", "a"),
      patch("Host", "a", { spec: { description: "x" } }),
      create("Host", "b"),
      remove("Host", "b"),
    )
    .emits("UPDATE Host default/a")
    .results("created", "configured", "created", "deleted");
});

test("a key that ends as it was has no event", () => {
  specForDecide()
    .given(apply("Host", "a", {}, { x: "1" }))
    .when(apply("Host", "a", {}, { x: "2" }), apply("Host", "a", {}, { x: "1" }))
    .emits()
    .results("configured", "configured");
});

test("a proposal is refused as a whole, with everything that is wrong", () => {
  specForDecide()
    .when(
      apply("Host", "fine"),
      create("Workspace", "default"),
      remove("Host", "gone"),
      apply("Host", "Bad_Name"),
    )
    .refuses(
      "invalid-name /operations/3/metadata/name",
      "already-exists /operations/1",
      "not-found /operations/2",
    )
    .says('try "bad-name"');
});

test("a merge patch changes what it names, and null removes a label", () => {
  const decided = specForDecide()
    .given(apply("Host", "a", { description: "d" }, { x: "1", y: "2" }))
    .when(patch("Host", "a", {}, { labels: { x: null, z: "3" } }))
    .emits("UPDATE Host default/a");
  expect(decided.verdict).toMatchObject({
    events: [{ current: { description: "d", labels: { y: "2", z: "3" } } }],
  });
  specForDecide()
    .when(patch("Host", "a", {}))
    .refuses("not-found /operations/0");
});

test("an expected revision is compared, and 0 means that there is none", () => {
  const given = specForDecide().given(apply("Host", "a"));
  given.when(expecting(2, apply("Host", "a", { description: "x" }))).results("configured");
  given
    .when(expecting(1, apply("Host", "a")))
    .refuses("revision-mismatch /operations/0")
    .says("has revision 2");
  given.when(expecting(0, apply("Host", "a"))).refuses("revision-mismatch /operations/0");
  given.when(expecting(0, apply("Host", "b"))).results("created");
  given
    .when(expecting(7, remove("Host", "b")))
    .refuses("revision-mismatch /operations/0")
    .says("does not exist");
  given.when(remove("Host", "a"), expecting(0, create("Host", "a"))).results("deleted", "created");
});

test("references are checked against the world after the whole proposal, in any order", () => {
  specForDecide()
    .when(apply("Deployment", "prod", deployment), ...ingredients)
    .results("created", "created", "created", "created");
  running()
    .when(remove("Template", "service"), remove("Deployment", "prod"))
    .results("deleted", "deleted");
});

test("a reference means the own workspace first, then default, and is stored resolved", () => {
  const { verdict } = specForDecide()
    .given(apply("Workspace", "iot"), ...ingredients)
    .given(apply("Target", "iot/lab", { selector: "a" }))
    .when(apply("Deployment", "iot/prod", deployment));
  expect(verdict).toMatchObject({
    events: [
      { current: { workload: "default/sensor", template: "default/service", target: "iot/lab" } },
    ],
  });
});

test("a noun that shadows one of default changes no deployment", () => {
  specForDecide()
    .given(apply("Workspace", "iot"), ...ingredients)
    .given(apply("Deployment", "iot/prod", deployment))
    .when(apply("Target", "iot/lab", { selector: "a" }))
    .emits("UPDATE Target iot/lab")
    .committed()
    .when(patch("Deployment", "iot/prod", { spec: { replicas: 1 } }))
    .emits("UPDATE Deployment iot/prod");
});

test("a file that is applied again means the same, whatever shadows its short names by now", () => {
  const lab = apply("Deployment", "iot/lab", { workload: "w", template: "t", target: "x" });
  specForDecide()
    .given(
      apply("Workspace", "iot", {}),
      apply("Workload", "default/w", {}),
      apply("Template", "default/t", { files: { "a.txt": { text: "one" } } }),
      apply("Target", "default/x", { selector: "site" }),
      lab,
      apply("Workload", "iot/w", {}),
      apply("Target", "iot/x", { selector: "site" }),
    )
    .when(lab)
    .results("unchanged");
});

test("a reference that leads nowhere, or too far, is refused with a suggestion", () => {
  specForDecide()
    .given(...ingredients, apply("Workspace", "iot"), apply("Target", "iot/far", { selector: "a" }))
    .when(
      apply("Deployment", "prod", { workload: "senser", template: "Service/", target: "iot/far" }),
    )
    .refuses(
      "reference-not-found /operations/0/spec/workload",
      "invalid-name /operations/0/spec/template",
      "reference-out-of-scope /operations/0/spec/target",
    )
    .says('did you mean "default/sensor"?');
});

test("nothing in use is deleted, and the users are listed", () => {
  running()
    .when(remove("Template", "service"), remove("Workload", "sensor"), remove("Target", "lab"))
    .refuses("in-use /operations/0", "in-use /operations/1", "in-use /operations/2")
    .says("template default/service is used by deployments default/prod");
});

test("what was in use can go together with its users, or after they changed over", () => {
  running()
    .when(
      apply("Target", "barn", { selector: "site=barn" }),
      patch("Deployment", "prod", { spec: { target: "barn" } }),
      remove("Target", "lab"),
    )
    .emits(
      "UPDATE Target default/barn",
      "UPDATE Deployment default/prod",
      "DELETE Target default/lab",
    );
});

test("twenty users are listed, and the others counted", () => {
  const many = Array.from({ length: 23 }, (_, index) =>
    apply("Deployment", `d${index}`, deployment),
  );
  specForDecide()
    .given(...ingredients, ...many)
    .when(remove("Target", "lab"))
    .refuses("in-use /operations/0")
    .says("default/d0, default/d1, default/d10,")
    .says("and 3 more");
});

test("hosts and deployments can always be deleted", () => {
  running()
    .given(apply("Host", "a", {}, { site: "lab" }))
    .when(remove("Host", "a"), remove("Deployment", "prod"))
    .results("deleted", "deleted");
});

test("a workspace goes only when it is empty, and default and views never", () => {
  const given = specForDecide().given(
    apply("Workspace", "iot"),
    apply("Host", "iot/a"),
    apply("Target", "iot/t", { selector: "a" }),
  );
  given
    .when(remove("Workspace", "iot"))
    .refuses("workspace-not-empty /operations/0", "workspace-not-empty /operations/0")
    .says("still holds hosts iot/a");
  given
    .when(remove("Workspace", "iot"), remove("Host", "iot/a"), remove("Target", "iot/t"))
    .results("deleted", "deleted", "deleted");
  given.when(remove("Workspace", "default")).refuses("protected /operations/0");
  given.when(remove("View", "target-delta")).refuses("protected /operations/0");
});

test("an object needs its workspace", () => {
  specForDecide()
    .given(apply("Workspace", "iot"))
    .when(apply("Host", "iott/a"))
    .refuses("workspace-not-found /operations/0/metadata/workspace")
    .says('did you mean "iot"?');
  specForDecide()
    .when(apply("Host", "new/a"), apply("Workspace", "new"))
    .results("created", "created");
  specForDecide()
    .given(apply("Workspace", "iot"))
    .when(remove("Workspace", "iot"), apply("Host", "iot/a"))
    .refuses(
      "workspace-not-empty /operations/0",
      "workspace-not-found /operations/1/metadata/workspace",
    );
});

test("a deployment's workload can not be changed", () => {
  running()
    .given(apply("Workload", "other"))
    .when(patch("Deployment", "prod", { spec: { workload: "other" } }))
    .refuses("immutable-field /operations/0/spec/workload");
});

test("a deployment that would not render is refused with every missing name", () => {
  specForDecide()
    .given(...ingredients, apply("Template", "service", template("{{values.a}}\n{{values.b}}")))
    .when(apply("Deployment", "prod", { ...deployment, values: { c: 1 } }))
    .refuses("missing-value /operations/0/spec/values", "missing-value /operations/0/spec/values")
    .says('deployment default/prod: a.yaml:2: nothing supplies "values.b"');
});

test("a template or workload is refused when a deployment would not render any more", () => {
  running()
    .when(apply("Template", "service", template("{{values.a}}")))
    .refuses("missing-value /operations/0/spec/files/a.yaml")
    .says("default/prod");
  running()
    .given(
      apply("Workload", "sensor", { values: { a: 1 } }),
      apply("Template", "service", template("{{values.a}}")),
    )
    .when(apply("Workload", "sensor"))
    .refuses("missing-value /operations/0/spec/values");
});

test("a template and the values that it needs may come in one change", () => {
  running()
    .when(
      apply("Template", "service", template("{{values.a}}")),
      patch("Deployment", "prod", { spec: { values: { a: 1 } } }),
    )
    .results("configured", "configured");
});

test("a template that does not parse is refused though nobody uses it", () => {
  specForDecide()
    .when(apply("Template", "t", template("ok\n{{#values.a}}")))
    .refuses("template-syntax /operations/0/spec/files/a.yaml")
    .says("a.yaml:2");
});

test("targets take text or structure, and refuse what selects every host by accident", () => {
  const target = (selector: JsonObject | string) =>
    specForDecide().when(apply("Target", "t", { selector }));
  target("a in (x,y),!b").results("created");
  target({
    any: [
      { label: "a", exists: true },
      { label: "b", in: ["x"] },
    ],
  }).results("created");
  target({ all: [] }).results("created");
  target(" ").refuses("empty-selector /operations/0/spec/selector");
  target("a=(").refuses("invalid-selector /operations/0/spec/selector");
  target({ not: { label: "a", in: [] } }).refuses(
    "invalid-selector /operations/0/spec/selector/not/in",
  );
  specForDecide().when(apply("Target", "t")).refuses("missing-field /operations/0/spec/selector");
});

test("a change of a thousand operations is decided, one more is not", () => {
  const hosts = Array.from({ length: 1_001 }, (_, index) =>
    apply("Host", `h${index}`, {}, { n: `${index}` }),
  );
  specForDecide()
    .when(...hosts.slice(1))
    .results(...hosts.slice(1).map(() => "created"));
  specForDecide()
    .when(...hosts)
    .refuses("too-many-operations /operations");
  specForDecide().when().refuses("no-operations /operations");
});

test("a change that is too large to commit is refused", () => {
  const big = template("x".repeat(250_000));
  specForDecide()
    .when(
      apply("Template", "a", big),
      apply("Template", "b", big),
      apply("Template", "c", big),
      apply("Template", "d", big),
    )
    .refuses("commit-too-large /operations");
  specForDecide()
    .when(apply("Template", "a", big), apply("Template", "b", big), apply("Template", "c", big))
    .results("created", "created", "created");
});

test("the texts of a proposal have limits", () => {
  const proposal = proposalOf([apply("Host", "a")], { reason: "x".repeat(5_000) });
  specForDecide().whenProposed(proposal).refuses("too-long /reason");
});

test("objects without a workspace of their own are in the proposal's", () => {
  const spec = specForDecide().given(apply("Workspace", "iot"));
  spec
    .whenProposed(proposalOf([apply("Host", "a")], { workspace: "iot" }))
    .emits("UPDATE Host iot/a");
  spec
    .whenProposed(proposalOf([apply("Host", "a")], { workspace: "I" }))
    .refuses("invalid-name /workspace");
});
