import { matches, type Host, type Selector } from "@titan/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compileSelector,
  releaseSelector,
  selects,
  type CompiledSelector,
} from "./compiled-selector.ts";
import { LabelIndex } from "./label-index.ts";
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
const hostKey = fc.constantFrom("default/a", "default/b", "default/c", "iot/a");
const targetKey = fc.constantFrom("default/x", "default/y", "iot/x");
const change = fc.oneof(
  fc.record({ is: fc.constant("host" as const), key: hostKey, labels: fc.option(labels) }),
  fc.record({ is: fc.constant("target" as const), key: targetKey, rule: fc.option(selector) }),
);

const hostOf = (held: Readonly<Record<string, string>>): Host => {
  return { workspace: "default", name: "h", labels: held, createdRevision: 1, description: "" };
};
const rule = (text: Partial<Selector>): Selector => {
  return { op: "in", label: "", values: [], terms: [], ...text };
};

interface Known {
  readonly rule: Selector;
  readonly selector: CompiledSelector;
}

test("whatever came and went, both indexes find what trying all of them finds", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 16 }), (changes) => {
      const hosts = new LabelIndex();
      const index = new TargetIndex<string>(hosts.pairs);
      const knownHosts = new Map<string, Readonly<Record<string, string>>>();
      const targets = new Map<string, Known>();
      for (const each of changes) {
        if (each.is === "host") {
          hosts.put(each.key, each.labels === null ? null : hostOf(each.labels));
          if (each.labels === null) knownHosts.delete(each.key);
          else knownHosts.set(each.key, each.labels);
          continue;
        }
        const before = targets.get(each.key);
        const after =
          each.rule === null
            ? undefined
            : { rule: each.rule, selector: compileSelector(each.rule, hosts.pairs) };
        const differing = new Set<string>();
        hosts.differing(before?.selector, after?.selector, (at) => differing.add(hosts.keyOf(at)));
        const expected = [...knownHosts].filter(([, held]) => {
          const was = before !== undefined && matches(before.rule, held);
          return was !== (after !== undefined && matches(after.rule, held));
        });
        expect([...differing].sort()).toEqual(expected.map(([key]) => key).sort());
        index.delete(each.key);
        if (before !== undefined) releaseSelector(before.selector, hosts.pairs);
        targets.delete(each.key);
        if (after === undefined) continue;
        index.add(each.key, after.selector);
        targets.set(each.key, after);
      }
      for (const [key, labelsOfHost] of knownHosts) {
        const held = hosts.pairsOf(hosts.numberOf(key));
        const candidates = new Set<string>();
        const certain = new Set<string>();
        index.candidates(held, (target, isCertain) => {
          candidates.add(target);
          if (isCertain) certain.add(target);
        });
        for (const [target, known] of targets) {
          const isSelected = matches(known.rule, labelsOfHost);
          expect(selects(known.selector, held, hosts.pairs)).toBe(isSelected);
          if (isSelected) expect([...candidates]).toContain(target);
          else expect([...certain]).not.toContain(target);
        }
      }
      expect([...hosts.keys()].sort()).toEqual([...knownHosts.keys()].sort());
    }),
    { numRuns: 2_000 },
  );
});

test("a target is tried on the hosts that have the rarer of the labels it requires", () => {
  const hosts = new LabelIndex();
  for (const site of ["s1", "s2", "s3"])
    hosts.put(`default/${site}`, hostOf({ site, tier: "web" }));
  const index = new TargetIndex<string>(hosts.pairs);
  const terms = [rule({ label: "tier", values: ["web"] }), rule({ label: "site", values: ["s2"] })];
  index.add("x", compileSelector(rule({ op: "all", terms }), hosts.pairs));
  const tried = (key: string): string[] => {
    const found: string[] = [];
    index.candidates(hosts.pairsOf(hosts.numberOf(key)), (target) => found.push(target));
    return found;
  };
  expect(["default/s1", "default/s2", "default/s3"].map(tried)).toEqual([[], ["x"], []]);
});

test("a label that nobody has any more leaves nothing behind", () => {
  const hosts = new LabelIndex();
  for (let at = 0; at < 100; at += 1) hosts.put("default/a", hostOf({ build: String(at) }));
  const build = hosts.pairs.labelNumber("build");
  expect(hosts.pairs.valuesOf(build)).toBe(1);
  hosts.put("default/a", null);
  expect(hosts.pairs.labelNumber("build")).toBe(-1);
});
