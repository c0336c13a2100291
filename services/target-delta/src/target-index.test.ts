import { matches, type Selector, type Target } from "@titan/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TargetIndex } from "./target-index.ts";

const label = fc.constantFrom("a", "b", "c");
const value = fc.constantFrom("1", "2", "3");
const labels = fc.dictionary(label, value);
const { selector } = fc.letrec<{ selector: Selector }>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      op: fc.constantFrom("in" as const, "notIn" as const, "exists" as const, "notExists" as const),
      label,
      values: fc.uniqueArray(value),
      terms: fc.constant([]),
    }),
    fc.record({
      op: fc.constantFrom("all" as const, "any" as const),
      label: fc.constant(""),
      values: fc.constant([]),
      terms: fc.array(tie("selector"), { maxLength: 3 }),
    }),
    fc.record({
      op: fc.constant("not" as const),
      label: fc.constant(""),
      values: fc.constant([]),
      terms: fc.tuple(tie("selector")),
    }),
  ),
}));
const change = fc.record({
  key: fc.constantFrom("default/x", "default/y", "iot/x"),
  selector: fc.option(selector),
});

const targetOf = (rule: Selector | null): Target | null =>
  rule === null
    ? null
    : { workspace: "default", name: "t", labels: {}, createdRevision: 1, selector: rule };

test("whatever targets came and went, a host is tried against each that selects it, once", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), labels, (changes, host) => {
      const index = new TargetIndex();
      const targets = new Map<string, Target>();
      for (const { key, selector: rule } of changes) {
        const target = targetOf(rule);
        index.put(key, target);
        if (target === null) targets.delete(key);
        else targets.set(key, target);
      }
      const candidates = [...index.candidates(host)];
      const keys = candidates.map(([key]) => key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const [key, target] of candidates) expect(targets.get(key)).toBe(target);
      for (const [key, target] of targets) {
        if (matches(target.selector, host)) expect(keys).toContain(key);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a target that requires a value is not tried on hosts that have another", () => {
  const index = new TargetIndex();
  const rule: Selector = { op: "in", label: "a", values: ["1", "2"], terms: [] };
  index.put("default/x", targetOf({ op: "all", label: "", values: [], terms: [rule] }));
  expect([...index.candidates({ a: "3" })]).toEqual([]);
  expect([...index.candidates({ b: "1" })]).toEqual([]);
  expect([...index.candidates({ a: "2" })]).toHaveLength(1);
});
