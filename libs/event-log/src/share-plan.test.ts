import fc from "fast-check";
import { expect, test } from "vitest";
import { planShares, type Sharer } from "./share-plan.ts";

const count = fc.integer({ min: 0, max: 40 });
const sharers = fc
  .uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 })
  .chain((members) =>
    fc.tuple(
      ...members.map((member) =>
        fc.record({ member: fc.constant(member), held: fc.uniqueArray(fc.nat(45)) }),
      ),
    ),
  );

test("every partition is somebody's and nobody has two more than another", () => {
  fc.assert(
    fc.property(count, sharers, (partitions, all) => {
      const plan = planShares(partitions, all);
      const given = [...plan.values()].flat().toSorted((a, b) => a - b);
      expect(given).toEqual(Array.from({ length: partitions }, (_, at) => at));
      const sizes = [...plan.values()].map((held) => held.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect([...plan.keys()].toSorted()).toEqual(all.map(({ member }) => member).toSorted());
    }),
  );
});

test("a plan that is carried out stays", () => {
  fc.assert(
    fc.property(count, sharers, (partitions, all) => {
      const plan = planShares(partitions, all);
      const held = [...plan].map(([member, own]) => ({ member, held: own }));
      expect(planShares(partitions, held.toReversed())).toEqual(plan);
    }),
  );
});

test("who joins gets its part, and the others lose no more than that", () => {
  const before: Sharer[] = [
    { member: "a", held: [0, 1, 2, 3] },
    { member: "b", held: [4, 5, 6, 7] },
  ];
  const plan = planShares(8, [...before, { member: "c", held: [] }]);
  expect(plan.get("a")).toEqual([0, 1, 2]);
  expect(plan.get("b")).toEqual([4, 5, 6]);
  expect(plan.get("c")).toEqual([3, 7]);
});

test("what two believe to hold is one's", () => {
  const both = [
    { member: "b", held: [0] },
    { member: "a", held: [0] },
  ];
  expect(planShares(1, both)).toEqual(
    new Map([
      ["a", [0]],
      ["b", []],
    ]),
  );
});
