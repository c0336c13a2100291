import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { canonicalJson } from "../json.ts";
import { mergePatch } from "../merge-patch.ts";
import type { NounKind } from "../noun.ts";
import { apply, patch, specForDecide } from "../testing/index.ts";
import { deploymentValue, targetValue } from "../testing/noun-builders.ts";
import { objectOf } from "./object.ts";

const file = { text: "x" };

test("an object shows what its noun holds, and leaves out what is empty", () => {
  expect(objectOf("Target", targetValue("iot/lab", "b,a=x", { labels: { k: "v" } }), 7)).toEqual({
    apiVersion: "titan/v1",
    kind: "Target",
    metadata: {
      workspace: "iot",
      name: "lab",
      labels: { k: "v" },
      revision: 7,
      createdRevision: 1,
    },
    spec: { selector: "a=x,b" },
  });
  expect(objectOf("Deployment", deploymentValue("iot/d", { a: 1 }), 2).spec).toEqual({
    workload: "iot/workload",
    template: "iot/template",
    target: "iot/target",
    values: { a: 1 },
  });
});

test("a template's files come back as they were given", () => {
  const spec = {
    files: { "a/b.yaml": { text: "x: {{values.a}}\n" }, run: { base64: "AAH/", executable: true } },
    delimiters: ["[[", "]]"],
    verbatim: ["*.tpl"],
    defaults: { a: 1 },
  };
  const { world } = specForDecide().given(apply("Template", "t", spec));
  const stored = world.get("Template", "default/t");
  expect(stored && objectOf("Template", stored.value, 2).spec).toEqual(spec);
  specForDecide()
    .given(apply("Template", "t", spec))
    .when(patch("Template", "t", { spec: { files: { run: null } } }))
    .emits("UPDATE Template default/t");
});

test("revisions and status that come back with an object are not looked at", () => {
  const document = JSON.stringify({
    apiVersion: "titan/v1",
    kind: "Host",
    metadata: { workspace: "default", name: "a", labels: {}, revision: 3, createdRevision: 1 },
    spec: {},
    status: { anything: 1 },
  });
  specForDecide()
    .when({ action: "APPLY", kind: "Host", document, expected: null })
    .results("created");
});

test.each<[kind: NounKind, object: JsonObject, refusals: readonly string[]]>([
  ["Host", { spec: { descripton: "x" } }, ["unknown-field /operations/0/spec/descripton"]],
  ["Host", { spce: {} }, ["unknown-field /operations/0/spce"]],
  ["Host", { spec: [] }, ["wrong-type /operations/0/spec"]],
  ["Host", { spec: { description: 1 } }, ["wrong-type /operations/0/spec/description"]],
  [
    "Host",
    { spec: { description: "x".repeat(3_000) } },
    ["too-long /operations/0/spec/description"],
  ],
  ["Host", { kind: "Target" }, ["kind-mismatch /operations/0/kind"]],
  ["Host", { apiVersion: "v1" }, ["kind-mismatch /operations/0/apiVersion"]],
  ["Host", { metadata: { name: "a", label: {} } }, ["unknown-field /operations/0/metadata/label"]],
  ["Host", { metadata: {} }, ["missing-field /operations/0/metadata/name"]],
  ["Host", { metadata: { name: 1 } }, ["wrong-type /operations/0/metadata/name"]],
  ["Host", { metadata: 1 }, ["wrong-type /operations/0/metadata"]],
  [
    "Workspace",
    { metadata: { name: "a", workspace: "b" } },
    ["unknown-field /operations/0/metadata/workspace"],
  ],
  [
    "Host",
    { metadata: { name: "a", labels: { "-": "x", a: 1, b: "-", "c/d": "e" } } },
    [
      "invalid-label /operations/0/metadata/labels/-",
      "wrong-type /operations/0/metadata/labels/a",
      "invalid-label /operations/0/metadata/labels/b",
    ],
  ],
  [
    "Host",
    {
      metadata: {
        name: "a",
        labels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, ""])),
      },
    },
    ["too-many-labels /operations/0/metadata/labels"],
  ],
  ["Template", {}, ["missing-field /operations/0/spec/files"]],
  ["Template", { spec: { files: { a: {} } } }, ["missing-field /operations/0/spec/files/a"]],
  ["Template", { spec: { files: { a: 1 } } }, ["wrong-type /operations/0/spec/files/a"]],
  [
    "Template",
    { spec: { files: { a: { base64: "x" } } } },
    ["invalid-base64 /operations/0/spec/files/a/base64"],
  ],
  [
    "Template",
    { spec: { files: { "../a": file } } },
    ["invalid-path /operations/0/spec/files/..~1a"],
  ],
  [
    "Template",
    { spec: { files: { a: file, A: file } } },
    ["path-collision /operations/0/spec/files/A"],
  ],
  [
    "Template",
    { spec: { files: { a: file }, delimiters: ["a"] } },
    ["invalid-delimiters /operations/0/spec/delimiters"],
  ],
  [
    "Template",
    { spec: { files: { a: file }, verbatim: [""] } },
    ["invalid-glob /operations/0/spec/verbatim"],
  ],
  [
    "Template",
    { spec: { files: { a: { text: "x".repeat(300_000) } } } },
    ["template-too-large /operations/0/spec/files"],
  ],
  [
    "Template",
    { spec: { files: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, file])) } },
    ["template-too-large /operations/0/spec/files"],
  ],
  [
    "Workload",
    { spec: { values: { a: "x".repeat(70_000) } } },
    ["values-too-large /operations/0/spec/values"],
  ],
  [
    "Workload",
    { spec: { values: deep(33) } },
    [`too-deep /operations/0/spec/values${"/a".repeat(32)}`],
  ],
  [
    "Workload",
    { spec: { values: { constructor: 1 } } },
    ["forbidden-field /operations/0/spec/values/constructor"],
  ],
  [
    "Workload",
    { spec: { values: { a: "\ud800" } } },
    ["malformed-text /operations/0/spec/values/a"],
  ],
])("%s, case %#, is refused", (kind, object, refusals) => {
  const document = JSON.stringify({ metadata: { name: "a" }, ...object });
  const { verdict } = specForDecide().when({ action: "APPLY", kind, document, expected: null });
  const found = verdict.accepted
    ? []
    : verdict.refusals.map(({ code, pointer }) => `${code} ${pointer}`);
  expect(found).toEqual(refusals);
});

function deep(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

test.each([0, 1_000_000])("%i replicas are accepted", (replicas) => {
  const { verdict } = deploymentWith({ replicas });
  expect(verdict).toMatchObject({ accepted: true, events: [{ current: { replicas } }] });
});

test.each([-1, 1.5, 1_000_001])("%d replicas are refused", (replicas) => {
  deploymentWith({ replicas }).refuses("out-of-range /operations/0/spec/replicas");
});

function deploymentWith(extra: JsonObject) {
  return specForDecide()
    .given(
      apply("Workload", "w"),
      apply("Template", "t", { files: { a: file } }),
      apply("Target", "t", { selector: "a" }),
    )
    .when(apply("Deployment", "d", { workload: "w", template: "t", target: "t", ...extra }));
}

test("base64 and bytes are each other's opposite, and nothing else is base64", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const encoded = encodeBase64(bytes);
      expect(encoded).toBe(btoa(String.fromCharCode(...bytes)));
      expect(decodeBase64(encoded)).toEqual(bytes);
    }),
  );
  for (const text of ["A", "AA", "AA=", "AB==", "AAA", "A A=", "AAAA=", "====", "=AAA", "AA-_"]) {
    expect(decodeBase64(text), text).toBeUndefined();
  }
});

test.each<[target: JsonValue, patch: JsonValue, result: JsonValue]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a"], { a: "b" }, { a: "b" }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("merging %j with %j as RFC 7386 says", (target, change, result) => {
  expect(mergePatch(target, change)).toEqual(result);
});

test("equal values have equal canonical texts", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      const text = JSON.stringify(value);
      const parsed: JsonValue = JSON.parse(text);
      const other: JsonValue = JSON.parse(JSON.stringify(turned));
      expect(canonicalJson(parsed)).toBe(canonicalJson(other));
      const again: JsonValue = JSON.parse(canonicalJson(parsed));
      expect(again).toEqual(parsed);
    }),
  );
});
