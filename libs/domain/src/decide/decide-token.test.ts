import { expect, test } from "vitest";
import { objectOf } from "../object/object.ts";
import { apply, patch, proposalOf, remove, specForDecide } from "../testing/index.ts";

const secretHash = "ab".repeat(32);
const editor = { role: "editor", workspaces: ["default"], secretHash };

test("a token keeps its hash and never shows it", () => {
  const { world } = specForDecide().given(apply("Token", "ci", editor));
  const stored = world.get("Token", "ci");
  expect(stored?.value).toMatchObject({
    role: "editor",
    workspaces: ["default"],
    host: "",
    secretHash,
  });
  if (stored === undefined) return;
  expect(JSON.stringify(objectOf("Token", stored.value, stored.revision))).not.toContain(
    secretHash,
  );
});

test("a token sent back as it was shown is unchanged, and nothing of it can change", () => {
  const given = specForDecide().given(apply("Token", "ci", editor));
  given
    .when(apply("Token", "ci", { role: "editor", workspaces: ["default"] }))
    .results("unchanged");
  given.when(patch("Token", "ci", {})).results("unchanged");
  given
    .when(
      apply(
        "Token",
        "ci",
        { role: "admin", workspaces: ["*"], secretHash: "cd".repeat(32) },
        { a: "b" },
      ),
    )
    .refuses(
      "immutable-field /operations/0/metadata/labels",
      "immutable-field /operations/0/spec/role",
      "immutable-field /operations/0/spec/workspaces",
      "immutable-field /operations/0/spec/secretHash",
    );
  given.when(remove("Token", "ci")).emits("DELETE Token ci");
});

test("a token for a host holds the incarnation that the host has after the change", () => {
  const host = { host: "tim-pi", secretHash };
  const created = specForDecide().when(apply("Token", "t", host), apply("Host", "tim-pi"));
  expect(created.verdict).toMatchObject({
    events: [
      { current: { role: "host", host: "default/tim-pi", hostCreatedRevision: 2, workspaces: [] } },
      {},
    ],
  });
  const { world } = created.committed().given(remove("Host", "tim-pi"), apply("Host", "tim-pi"));
  expect(world.get("Token", "t")?.value.hostCreatedRevision).toBe(2);
  expect(world.get("Host", "default/tim-pi")?.value.createdRevision).toBe(3);
});

test("a host's name alone is looked for in the proposal's workspace only", () => {
  const spec = specForDecide().given(
    apply("Workspace", "iot"),
    apply("Host", "default/pi"),
    apply("Host", "iot/pi2"),
  );
  const proposal = (host: string) =>
    proposalOf([apply("Token", "t", { host, secretHash })], { workspace: "iot" });
  spec.whenProposed(proposal("pi2")).results("created");
  spec.whenProposed(proposal("default/pi")).results("created");
  spec.whenProposed(proposal("pi")).refuses("reference-not-found /operations/0/spec/host");
});

test.each([
  [{ workspaces: ["default"], secretHash }, ["missing-field /operations/0/spec/role"]],
  [{ role: "owner", workspaces: ["*"], secretHash }, ["invalid-value /operations/0/spec/role"]],
  [{ role: "admin", secretHash }, ["missing-field /operations/0/spec/workspaces"]],
  [
    { role: "admin", workspaces: ["A"], secretHash },
    ["invalid-name /operations/0/spec/workspaces/0"],
  ],
  [{ role: "admin", workspaces: ["*"] }, ["missing-field /operations/0/spec/secretHash"]],
  [
    { role: "admin", workspaces: ["*"], secretHash: "x" },
    ["invalid-value /operations/0/spec/secretHash"],
  ],
  [
    { role: "admin", workspaces: ["iot"], secretHash },
    ["workspace-not-found /operations/0/spec/workspaces"],
  ],
] as const)("token %j is refused", (spec, refusals) => {
  specForDecide()
    .when(apply("Token", "t", spec))
    .refuses(...refusals);
});

test("a workspace that a token names is in use", () => {
  specForDecide()
    .given(apply("Workspace", "iot"))
    .given(apply("Token", "t", { ...editor, workspaces: ["iot"] }))
    .when(remove("Workspace", "iot"))
    .refuses("in-use /operations/0")
    .says("tokens t");
});

test("a view's version can be changed back and forth", () => {
  specForDecide()
    .given(apply("View", "target-delta", { version: 2 }))
    .when(apply("View", "target-delta", { version: 1 }))
    .emits("UPDATE View target-delta");
  specForDecide()
    .when(apply("View", "target-delta"))
    .refuses("missing-field /operations/0/spec/version");
  specForDecide()
    .when(apply("View", "v", { version: 1 }, { a: "b" }))
    .refuses("unknown-field /operations/0/metadata/labels");
});
