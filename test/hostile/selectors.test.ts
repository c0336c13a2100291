import {
  canonicalSelector,
  explainMatch,
  formatSelector,
  matches,
  parseSelector,
  parseSelectorObject,
  type Selector,
} from "@titan/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CASES, expectInProportion, tryAll } from "./cases.ts";
import { hostileJson, hostileText, sentences } from "./hostile-values.ts";

const WORDS = [
  "a",
  "b",
  "site",
  "x/y",
  "=",
  "==",
  "!=",
  "!",
  " in ",
  " notin ",
  "(",
  ")",
  ",",
  " ",
  "lab",
  "<",
  ">",
  "__proto__",
  "constructor",
  "toString",
] as const;
const LABELS = { a: "lab", site: "", "x/y": "b" };

function expectUsable(selector: Selector): void {
  expect(canonicalSelector(selector)).toEqual(selector);
  const matched = matches(selector, LABELS);
  expect(explainMatch(selector, LABELS)).toMatchObject({ matched });
}

test(`${CASES} texts are selectors or refused with a place within the text`, () => {
  tryAll(fc.oneof(sentences(WORDS), hostileText), (text) => {
    const parsed = parseSelector(text);
    if (!parsed.ok) {
      expect(parsed.position).toBeGreaterThanOrEqual(0);
      expect(parsed.position).toBeLessThanOrEqual(text.length);
      return;
    }
    expectUsable(parsed.selector);
    const formatted = formatSelector(parsed.selector);
    const again =
      typeof formatted === "string" ? parseSelector(formatted) : parseSelectorObject(formatted);
    expect(again).toEqual({ ok: true, selector: parsed.selector });
  });
});

test("names of the prototype are labels like others", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    const parsed = parseSelector(name);
    expect(parsed.ok && matches(parsed.selector, {})).toBe(false);
    expect(parsed.ok && matches(parsed.selector, { [name]: "x" })).toBe(true);
  }
});

const clause: fc.Arbitrary<unknown> = fc.letrec<{ clause: unknown }>((tie) => ({
  clause: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      label: fc.constantFrom("a", "site", "x/y", "__proto__", "", "-"),
      in: fc.array(fc.oneof(fc.constantFrom("lab", "", "b"), hostileText), { maxLength: 3 }),
    }),
    fc.record({ label: fc.constantFrom("a", "constructor"), exists: fc.boolean() }),
    fc.record({ all: fc.array(tie("clause"), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("clause"), { maxLength: 3 }) }),
    fc.record({ not: tie("clause") }),
    hostileJson,
  ),
})).clause;

test(`${CASES} values of JSON are selectors or refused, each fault with its place`, () => {
  tryAll(clause, (value) => {
    const parsed = parseSelectorObject(JSON.parse(JSON.stringify(value) ?? "null") as null);
    if (parsed.ok) expectUsable(parsed.selector);
    else expect(parsed.faults.length).toBeGreaterThan(0);
  });
});

test("a selector nested a hundred thousand deep is refused", () => {
  const deep = `${'{"not":'.repeat(100_000)}{"label":"a","exists":true}${"}".repeat(100_000)}`;
  expect(parseSelectorObject(JSON.parse(deep) as null).ok).toBe(false);
});

test.each(["!", "(", "a,", "a in (", "a=", ",", " ", "a in (b),", "x"])(
  "a text of nothing but %j takes time in proportion to its length",
  (part) => {
    expectInProportion(4_000, (size) => part.repeat(size / part.length), parseSelector);
  },
);

test("a list of many clauses takes time in proportion to its length", () => {
  const clauses = (size: number): null =>
    ({ all: Array.from({ length: size }, (_, at) => ({ label: `l${at}`, in: ["x"] })) }) as never;
  expectInProportion(2_000, clauses, (value) => parseSelectorObject(value));
});
