import fc from "fast-check";
import { expect, test } from "vitest";
import { LowestKeys } from "./lowest-keys.ts";

test("of any keys, in any order, the lowest few are found", () => {
  const keys = fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 100 });
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 8 }), (all, wanted) => {
      const lowest = new LowestKeys(wanted);
      for (const key of all) lowest.add(key);
      const sorted = all.toSorted((one, other) => (one < other ? -1 : 1));
      expect(lowest.sorted()).toEqual(sorted.slice(0, wanted));
    }),
  );
});
