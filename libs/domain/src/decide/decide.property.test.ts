import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../json.ts";
import { splitKey } from "../key.ts";
import { NOUN_KINDS, nounAs, type NounKind, SCOPED_KINDS } from "../noun.ts";
import { objectOf } from "../object/object.ts";
import type { Action, Operation } from "../records.generated.ts";
import { apply, installedWorld, proposalOf } from "../testing/index.ts";
import { parseTemplate } from "../template/parsed-template.ts";
import { renderDeployment } from "../template/deployment-rendering.ts";
import { decide } from "./decide.ts";
import type { World } from "./world.ts";

/** Mostly what people do, so that worlds grow. */
const action = fc.constantFrom<Action>("APPLY", "APPLY", "APPLY", "CREATE", "PATCH", "DELETE");
const name = fc.constantFrom("a", "b", "c");
const workspace = fc.constantFrom("default", "iot");
const reference = fc.oneof(
  name,
  fc.tuple(workspace, name).map((parts) => parts.join("/")),
);
const values = fc.constantFrom<JsonValue>({}, { a: 1 }, { a: [1] }, { b: { c: "{{values.a}}" } });
const text = fc.constantFrom(
  "x",
  "y",
  "{{#values}}z{{/values}}",
  "{{values.a}}",
  "{{host.labels.x}}",
  "{{",
);

const specs: Readonly<Record<NounKind, fc.Arbitrary<JsonValue>>> = {
  Workspace: fc.constantFrom<JsonValue>({}, { description: "d" }),
  Host: fc.constantFrom<JsonValue>({}, { description: "d" }, { descriptoin: "d" }),
  Target: fc.constantFrom<JsonValue>(
    { selector: "a=b" },
    { selector: { all: [] } },
    { selector: "" },
  ),
  Template: fc.record({ files: fc.record({ f: fc.record({ text }) }), defaults: values }),
  Workload: fc.record({ values }),
  Deployment: fc.record({ workload: reference, template: reference, target: reference, values }),
  Token: fc.record({
    role: fc.constantFrom("admin", "editor"),
    workspaces: fc.array(workspace, { maxLength: 2 }),
    secretHash: fc.constantFrom("ab".repeat(32), "cd".repeat(32)),
  }),
  View: fc.record({ version: fc.integer({ min: 1, max: 3 }) }),
};

const operation: fc.Arbitrary<Operation> = fc
  .constantFrom(...NOUN_KINDS, "Deployment" as const, "Deployment" as const)
  .chain((kind) =>
    fc.record({
      action,
      kind: fc.constant(kind),
      document: fc
        .record({ name: kind === "Workspace" ? workspace : name, workspace, spec: specs[kind] })
        .map(({ name: own, workspace: place, spec }) => {
          const isScoped = SCOPED_KINDS.some((scoped) => scoped === kind);
          return JSON.stringify({
            metadata: isScoped ? { name: own, workspace: place } : { name: own },
            spec,
          });
        }),
      expected: fc.oneof(
        { weight: 19, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.nat(5) },
      ),
    }),
  );

/** A world in which names mean something, so that most operations are about something that is there. */
function startingWorld(): World {
  const world = installedWorld();
  const operations = ["default/a", "iot/b"].flatMap((path) => [
    apply("Workload", path),
    apply("Template", path, { files: { f: { text: "x" } } }),
    apply("Target", path, { selector: "a=b" }),
    apply("Deployment", path, { workload: path, template: path, target: path }),
  ]);
  const verdict = decide(world, proposalOf([apply("Workspace", "iot"), ...operations]), {
    revision: 2,
  });
  expect(verdict.accepted).toBe(true);
  if (verdict.accepted) world.apply(verdict.events, 2);
  return world;
}

/** Everything that the world holds, as text. */
function contentOf(world: World): string {
  return JSON.stringify(NOUN_KINDS.map((kind) => [...world.entries(kind)]));
}

/** What must hold in every world, looked up without the indexes. */
function checkInvariants(world: World): void {
  expect(world.has("Workspace", "default")).toBe(true);
  for (const kind of SCOPED_KINDS) {
    for (const [key, { value }] of world.entries(kind)) {
      expect(world.has("Workspace", splitKey(key).workspace), key).toBe(true);
      expect(`${nounAs(kind, value).workspace}/${value.name}`).toBe(key);
      expect([...world.objectsIn(splitKey(key).workspace, kind)]).toContain(key);
    }
  }
  for (const [key, { value }] of world.entries("Deployment")) {
    const deployment = nounAs("Deployment", value);
    const workload = world.get("Workload", deployment.workload)?.value;
    const template = world.get("Template", deployment.template)?.value;
    expect(world.has("Target", deployment.target)).toBe(true);
    if (workload === undefined || template === undefined) throw new Error(`${key} lacks something`);
    expect(renderDeployment(deployment, workload, parseTemplate(template)).ok).toBe(true);
    for (const kind of ["Workload", "Template", "Target"] as const) {
      const used = {
        Workload: deployment.workload,
        Template: deployment.template,
        Target: deployment.target,
      }[kind];
      expect(world.usersOf(kind, used).has(key)).toBe(true);
    }
  }
}

/** Many small changes, and some large ones. */
const changes = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(operation) },
    { weight: 1, arbitrary: fc.array(operation, { minLength: 2, maxLength: 5 }) },
  ),
  { maxLength: 40, size: "max" },
);

test("accepted changes lead from one sound world to the next, and decide changes nothing", () => {
  let accepted = 0;
  let deployments = 0;
  fc.assert(
    fc.property(changes, (all) => {
      const world = startingWorld();
      for (const operations of all) {
        const at = { revision: world.revision + 1 };
        const before = contentOf(world);
        const verdict = decide(world, proposalOf(operations), at);
        expect(contentOf(world)).toBe(before);
        expect(decide(world, proposalOf(operations), at)).toEqual(verdict);
        if (!verdict.accepted) {
          expect(verdict.refusals.length).toBeGreaterThan(0);
          continue;
        }
        accepted++;
        expect(verdict.outcomes).toHaveLength(operations.length);
        const keys = verdict.events.map(({ kind, key }) => `${kind} ${key}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { kind, key, op, previous, current } of verdict.events) {
          const found = NOUN_KINDS.find((known) => known === kind) ?? "Host";
          expect(world.get<NounKind>(found, key)?.value ?? null).toEqual(previous);
          expect(op).toBe(current === null ? "DELETE" : "UPDATE");
          expect(current).not.toEqual(previous);
        }
        world.apply(verdict.events, at.revision);
        checkInvariants(world);
        deployments += world.count("Deployment");
      }
    }),
    { numRuns: 400 },
  );
  // Otherwise the worlds are too poor to prove anything.
  expect(accepted).toBeGreaterThan(500);
  expect(deployments).toBeGreaterThan(500);
});

test("what a world shows can be applied to it again, and nothing changes", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const world = startingWorld();
      for (const one of operations) {
        const at = { revision: world.revision + 1 };
        const verdict = decide(world, proposalOf([one]), at);
        if (verdict.accepted) world.apply(verdict.events, at.revision);
      }
      const again: Operation[] = [];
      for (const kind of NOUN_KINDS) {
        for (const [key] of world.entries(kind)) {
          const stored = world.get<NounKind>(kind, key);
          if (stored === undefined) continue;
          const document = JSON.stringify(objectOf<NounKind>(kind, stored.value, stored.revision));
          for (const how of ["APPLY", "PATCH"] as const) {
            again.push({ action: how, kind, document, expected: stored.revision });
          }
        }
      }
      const verdict = decide(world, proposalOf(again), { revision: world.revision + 1 });
      expect(verdict).toMatchObject({ accepted: true, events: [] });
    }),
    { numRuns: 200 },
  );
});

test("no document makes decide throw", () => {
  const world = installedWorld();
  const field = fc.constantFrom(
    "metadata",
    "spec",
    "name",
    "labels",
    "workspace",
    "files",
    "selector",
    "values",
    "all",
    "in",
    "label",
    "text",
    "workload",
    "role",
    "constructor",
    "__proto__",
    "é",
  );
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<JsonValue>(null, true, 1e308, -0, "", "a", "default/a", "\ud800"),
      fc.string(),
      fc.array(tie("json"), { maxLength: 3 }),
      fc
        .array(fc.tuple(field, tie("json")), { maxLength: 4 })
        .map((fields) => Object.fromEntries(fields)),
    ),
  }));
  const any = fc.record({
    action,
    kind: fc.oneof(
      fc.constantFrom<string>(...NOUN_KINDS, "Assignment", "host", "constructor"),
      fc.string(),
    ),
    document: fc.oneof(
      fc.string(),
      json.map((value) => JSON.stringify(value)),
      fc
        .record({ name, spec: json, labels: json })
        .map(({ spec, labels, name: own }) =>
          JSON.stringify({ metadata: { name: own, labels }, spec }),
        ),
    ),
    expected: fc.constantFrom(null, 0, 1),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 3 }), fc.string(), (operations, place) => {
      decide(world, proposalOf(operations, { workspace: place }), { revision: 2 });
      decide(world, proposalOf(operations), { revision: 2 });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  "[".repeat(100_000),
  `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
  `{"metadata":{"name":"a"},"spec":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
  `{"metadata":{"name":"a"},"spec":{"x":1e999}}`,
  `{"metadata":{"name":"a","labels":{"__proto__":"x"}}}`,
  "x".repeat(1_000_000),
])("hostile text is refused: %.60s", (document) => {
  const verdict = decide(
    installedWorld(),
    proposalOf([{ action: "APPLY", kind: "Host", document, expected: null }]),
    { revision: 2 },
  );
  expect(verdict.accepted).toBe(false);
});
