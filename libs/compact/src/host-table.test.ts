import fc from "fast-check";
import { expect, test } from "vitest";
import { HostTable, type TableHost } from "./index.ts";

const RUNS = { numRuns: 300 };
const WORKSPACES = ["default", "iot"];
const label = fc.constantFrom("site", "zone", "constructor", "a=b", "=", "1");
const value = fc.constantFrom("", "lab", "barn", "=", "a=b");
const host = fc.record({
  workspace: fc.constantFrom(...WORKSPACES),
  name: fc.constantFrom("a", "b", "c", "tim-pi"),
  labels: fc
    .dictionary(label, value, { noNullPrototype: true })
    .map((labels) =>
      Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))),
    ),
  createdRevision: fc.nat(),
  description: fc.constantFrom("", "", "a small one"),
});
const step = fc.record({ host, remove: fc.boolean(), revision: fc.maxSafeNat() });

test("a table answers for hosts that come, change and go as a map of objects does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = new HostTable();
      const known = new Map<string, { value: TableHost; revision: number }>();
      for (const { host: each, remove, revision } of steps) {
        const key = `${each.workspace}/${each.name}`;
        if (remove) {
          table.delete(key);
          known.delete(key);
        } else {
          table.set(key, { value: each, revision });
          known.set(key, { value: each, revision });
        }
        expect(table.size).toBe(known.size);
        expect(table.has(key)).toBe(known.has(key));
      }
      expect(new Map(table)).toEqual(known);
      for (const [key, noun] of known) {
        expect(table.get(key)).toEqual(noun);
        // Whoever writes a value writes its labels in this order.
        expect(JSON.stringify(table.get(key)?.value.labels)).toBe(
          JSON.stringify(noun.value.labels),
        );
      }
      for (const workspace of WORKSPACES) {
        const keys = [...known.keys()].filter((key) => key.startsWith(`${workspace}/`));
        expect([...table.keysIn(workspace)].sort()).toEqual(keys.sort());
      }
      for (const [name, labelled] of [
        ["site", "lab"],
        ["a=b", "="],
      ] as const) {
        const with_ = [...table.withPair(table.pairOf(name, labelled))];
        const expected = [...known].filter(([, noun]) => noun.value.labels[name] === labelled);
        expect(with_.map((number) => table.keyOf(number)).sort()).toEqual(
          expected.map(([key]) => key).sort(),
        );
      }
    }),
    RUNS,
  );
});

test("hosts that came and went leave no labels behind", () => {
  const table = new HostTable();
  for (let round = 0; round < 1_000; round += 1) {
    const labels = { name: `h${round}` };
    const value = { workspace: "default", name: "h", labels, createdRevision: 1, description: "" };
    table.set("default/h", { value, revision: round });
  }
  table.delete("default/h");
  expect([...table.keys()]).toEqual([]);
  expect([...table.pairsOfLabel("name")]).toEqual([]);
  expect(table.limit).toBe(1);
});
