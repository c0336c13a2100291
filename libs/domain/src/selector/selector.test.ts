import fc from "fast-check";
import { expect, test } from "vitest";
import type { Labels } from "../labels.ts";
import type { Selector } from "../records.generated.ts";
import {
  allOf,
  anyOf,
  canonicalSelector,
  EVERYTHING,
  hasLabel,
  inValues,
  lacksLabel,
  not,
  notInValues,
  NOTHING,
  SELECTOR_DEPTH_MAX,
  selectorOfLabels,
} from "./selector.ts";
import { describeSelector, formatSelector, selectorObject } from "./selector-format.ts";
import { explainMatch, matches } from "./selector-match.ts";
import { parseSelectorObject } from "./selector-object.ts";
import { parseSelector } from "./selector-text.ts";

/** Written without the code under test: sets and a table of truths, from the text of Kubernetes' documentation. */
function slowly(selector: Selector, labels: Labels): boolean {
  const have = new Map(Object.entries(labels));
  const among = new Set(selector.values).has(have.get(selector.label) ?? "\0missing");
  const truths = selector.terms.map((term) => slowly(term, labels));
  const table: Record<Selector["op"], boolean> = {
    in: have.has(selector.label) && among,
    notIn: !have.has(selector.label) || !among,
    exists: have.has(selector.label),
    notExists: !have.has(selector.label),
    all: !truths.includes(false),
    any: truths.includes(true),
    not: truths[0] === false,
  };
  return table[selector.op];
}

const label = fc.constantFrom("a", "in", "notin", "example.com/site", "constructor");
const value = fc.constantFrom("", "x", "y", "in", "v1.2");
const values = fc.array(value, { minLength: 1, maxLength: 4 });
const condition: fc.Arbitrary<Selector> = fc.oneof(
  fc.tuple(label, values).map(([key, set]) => inValues(key, set)),
  fc.tuple(label, values).map(([key, set]) => notInValues(key, set)),
  label.map(hasLabel),
  label.map(lacksLabel),
);
const { selector } = fc.letrec<{ selector: Selector }>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    condition,
    fc.array(tie("selector"), { maxLength: 3 }).map(allOf),
    fc.array(tie("selector"), { maxLength: 3 }).map(anyOf),
    tie("selector").map(not),
  ),
}));
const labels: fc.Arbitrary<Labels> = fc.dictionary(label, value, { maxKeys: 4 });

/** Reads what `formatSelector` wrote. */
function read(written: ReturnType<typeof formatSelector>): Selector {
  const parse = typeof written === "string" ? parseSelector(written) : parseSelectorObject(written);
  if (!parse.ok) throw new Error(JSON.stringify(parse));
  return parse.selector;
}

test("what is written is read back as the same selector", () => {
  fc.assert(
    fc.property(selector, (any) => {
      const canonical = canonicalSelector(any);
      expect(read(formatSelector(canonical))).toEqual(canonical);
      expect(read(selectorObject(canonical))).toEqual(canonical);
    }),
  );
});

test("the canonical form means the same and is its own canonical form", () => {
  fc.assert(
    fc.property(selector, labels, (any, host) => {
      const canonical = canonicalSelector(any);
      expect(matches(canonical, host)).toBe(matches(any, host));
      expect(canonicalSelector(canonical)).toEqual(canonical);
    }),
  );
});

test("the order of terms and values does not matter to the canonical form", () => {
  fc.assert(
    fc.property(fc.array(selector, { maxLength: 4 }), (terms) => {
      const turned = terms.toReversed();
      expect(canonicalSelector(allOf(turned))).toEqual(canonicalSelector(allOf(terms)));
      expect(canonicalSelector(anyOf(turned))).toEqual(canonicalSelector(anyOf(terms)));
    }),
  );
});

test("matching and explaining agree with a slow evaluation", () => {
  fc.assert(
    fc.property(selector, labels, (any, host) => {
      expect(matches(any, host)).toBe(slowly(any, host));
      expect(explainMatch(any, host).matched).toBe(slowly(any, host));
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ["a=b", inValues("a", ["b"])],
  ["a==b", inValues("a", ["b"])],
  ["a!=b", notInValues("a", ["b"])],
  ["a in (y, x,x)", inValues("a", ["x", "y"])],
  ["a notin (x)", notInValues("a", ["x"])],
  ["a", hasLabel("a")],
  ["! a", lacksLabel("a")],
  ["", EVERYTHING],
  [" \t\n", EVERYTHING],
  ["a=", inValues("a", [""])],
  ["a=,b", allOf([inValues("a", [""]), hasLabel("b")])],
  ["a in (,x)", inValues("a", ["", "x"])],
  ["a in (x,)", inValues("a", ["", "x"])],
  ["in in (in),notin", allOf([inValues("in", ["in"]), hasLabel("notin")])],
  ["a=in", inValues("a", ["in"])],
  ["example.com/site=lab", inValues("example.com/site", ["lab"])],
  [
    "env in (prod,stage),tier!=db,!gpu",
    allOf([inValues("env", ["prod", "stage"]), lacksLabel("gpu"), notInValues("tier", ["db"])]),
  ],
  ["x in(a)", inValues("x", ["a"])],
])("%j is read as Kubernetes reads it", (text, expected) => {
  expect(parseSelector(text)).toEqual({ ok: true, selector: expected });
});

test.each([
  ["a=b,", 4, "the end", "label key"],
  [",a", 0, '","', "label key"],
  ["a in ()", 6, '")"', "a value"],
  ["a in (x", 7, "the end", '")"'],
  ["a in x", 5, '"x"', '"("'],
  ["a=b c", 4, '"c"', '","'],
  ["a=(x)", 2, '"("', "a value"],
  ["!a=b", 2, '"="', '","'],
  ["a>1", 1, '">"', "no order"],
  ["-a", 0, '"-a"', "label key"],
  ["a=b,c=-", 6, '"-"', "value"],
  ["a near (b)", 2, '"near"', '"in"'],
  ["a===b", 3, '"="', "a value"],
])("%j is refused where it goes wrong", (text, position, found, expected) => {
  const parse = parseSelector(text);
  expect(parse).toMatchObject({ ok: false, position });
  expect(parse).toHaveProperty("detail", expect.stringContaining(`found ${found}`));
  expect(parse).toHaveProperty("detail", expect.stringContaining(expected));
});

test("any text is read or refused, never thrown on", () => {
  const pieces = fc.constantFrom("a", "in", "notin", "=", "!", "(", ")", ",", " ", ">", "é", "=!");
  fc.assert(fc.property(fc.array(pieces), (parts) => void parseSelector(parts.join(""))));
});

test("a structure's faults are all named with their pointers", () => {
  const parse = parseSelectorObject(
    { all: [{ label: "a", inn: ["x"] }, { any: [{ label: "-", exists: "yes" }] }, { in: [1] }] },
    "/spec/selector",
  );
  expect(parse.ok ? [] : parse.faults.map(({ pointer }) => pointer)).toEqual([
    "/spec/selector/all/0/inn",
    "/spec/selector/all/0",
    "/spec/selector/all/1/any/0/label",
    "/spec/selector/all/1/any/0/exists",
    "/spec/selector/all/2/label",
    "/spec/selector/all/2/in/0",
  ]);
});

test("a structure has limits for depth, terms and values", () => {
  let deep: Selector = hasLabel("a");
  for (let level = 1; level < SELECTOR_DEPTH_MAX; level++) deep = anyOf([deep]);
  expect(parseSelectorObject(selectorObject(deep)).ok).toBe(true);
  expect(parseSelectorObject(selectorObject(anyOf([deep]))).ok).toBe(false);
  const many = allOf(Array.from({ length: 300 }, () => hasLabel("a")));
  expect(parseSelectorObject(selectorObject(many))).toMatchObject({ ok: false });
  const wide = inValues(
    "a",
    Array.from({ length: 1_001 }, (_, index) => `v${index}`),
  );
  expect(parseSelectorObject(selectorObject(wide))).toMatchObject({ ok: false });
});

test("negating one condition gives its opposite", () => {
  expect(canonicalSelector(not(inValues("a", ["x"])))).toEqual(notInValues("a", ["x"]));
  expect(canonicalSelector(not(not(hasLabel("a"))))).toEqual(hasLabel("a"));
  expect(canonicalSelector(not(EVERYTHING))).toEqual(NOTHING);
});

test("labels are sugar for equality", () => {
  expect(describeSelector(selectorOfLabels({ tier: "web", env: "prod" }))).toBe(
    "env=prod,tier=web",
  );
});

test("an explanation names the label that decided", () => {
  const parse = parseSelector("env=prod,!gpu,tier!=db");
  const explained = explainMatch(parse.ok ? parse.selector : NOTHING, { env: "stage" });
  expect(explained.matched).toBe(false);
  expect(explained.because).toBe("1 of 3 are false");
  expect(
    explained.clauses.map(({ clause, matched, because }) => [clause, matched, because]),
  ).toEqual([
    ["env=prod", false, 'env is "stage"'],
    ["!gpu", true, "gpu is missing"],
    ["tier!=db", true, "tier is missing"],
  ]);
});
