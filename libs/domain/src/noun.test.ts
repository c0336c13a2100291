import { expect, test } from "vitest";
import { keyOf, keysOfReference, splitKey } from "./key.ts";
import { labelKeyFault, labelOf, labelValueFault } from "./labels.ts";
import { isName, nameFault, nameLike } from "./name.ts";
import { kindOf, NOUN_KINDS, NOUN_NAMES } from "./noun.ts";
import { suggestionFor } from "./suggestion.ts";

test("a kind is found by kind, singular, plural and short name in any case", () => {
  for (const word of ["Deployment", "deployment", "DEPLOYMENTS", "deploy", "dep"]) {
    expect(kindOf(word)).toEqual({ ok: true, kind: "Deployment" });
  }
  expect(kindOf("ws")).toEqual({ ok: true, kind: "Workspace" });
  expect(kindOf("assignments")).toEqual({ ok: true, kind: "Assignment" });
});

test("a misspelt kind is answered with the nearest word", () => {
  expect(kindOf("tempalte")).toEqual({ ok: false, suggestion: "template" });
  expect(kindOf("constructor")).toEqual({ ok: false, suggestion: undefined });
});

test("no two kinds share a word", () => {
  const words = Object.values(NOUN_NAMES).flatMap((naming) => [
    naming.singular,
    naming.plural,
    ...naming.short,
  ]);
  expect(new Set(words).size).toBe(words.length);
});

test("keys of scoped kinds hold the workspace, the others do not", () => {
  const keys = NOUN_KINDS.map((kind) => keyOf(kind, "iot", "x"));
  expect(keys).toEqual(["x", "iot/x", "iot/x", "iot/x", "iot/x", "iot/x", "x", "x"]);
  expect(splitKey("iot/x")).toEqual({ workspace: "iot", name: "x" });
  expect(splitKey("x")).toEqual({ workspace: "", name: "x" });
});

test("a reference means the own workspace first, then default", () => {
  expect(keysOfReference("lab", "iot")).toEqual(["iot/lab", "default/lab"]);
  expect(keysOfReference("lab", "default")).toEqual(["default/lab"]);
  expect(keysOfReference("default/lab", "iot")).toEqual(["default/lab"]);
});

test.each(["a", "a-b", "0", "x".repeat(63)])("%s is a name", (text) => {
  expect(isName(text)).toBe(true);
  expect(nameFault(text)).toBeUndefined();
});

test.each(["", "-a", "a-", "A", "a.b", "a/b", "a b", "ä", "x".repeat(64), "a\n"])(
  "%j is not a name",
  (text) => {
    expect(isName(text)).toBe(false);
    expect(nameFault(text)).toBeTypeOf("string");
  },
);

test("a hint turns what was typed into a name", () => {
  expect(nameLike("Tim Pi_4")).toBe("tim-pi-4");
});

test.each(["a", "example.com/site", "a_b.c-d", "A9", "constructor"])("%s is a label key", (key) => {
  expect(labelKeyFault(key)).toBeUndefined();
});

test.each(["", "/a", "a/", "a/b/c", "-a", "Example.com/a", "__proto__", "x".repeat(64), "a b"])(
  "%j is not a label key",
  (key) => {
    expect(labelKeyFault(key)).toBeTypeOf("string");
  },
);

test("a label value may be empty and has 63 characters at most", () => {
  expect(labelValueFault("")).toBeUndefined();
  expect(labelValueFault("v1.2_3")).toBeUndefined();
  expect(labelValueFault("x".repeat(64))).toBeTypeOf("string");
  expect(labelValueFault("-")).toBeTypeOf("string");
});

test("a label that the host lacks is not found on the prototype", () => {
  expect(labelOf({}, "constructor")).toBeUndefined();
  expect(labelOf({ constructor: "me" }, "constructor")).toBe("me");
});

test("a suggestion is near and the lowest among equals", () => {
  expect(suggestionFor("tim-pie", ["tom-pie", "tim-pi"])).toBe("tim-pi");
  expect(suggestionFor("lba", ["lab", "x"])).toBe("lab");
  expect(suggestionFor("lab", ["warehouse"])).toBeUndefined();
});
