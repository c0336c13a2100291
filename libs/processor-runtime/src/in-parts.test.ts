import { expect, test } from "vitest";
import { inParts } from "./in-parts.ts";

test("parts hold all items in their order, the last what is left", () => {
  expect([...inParts([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...inParts([1, 2], 2)]).toEqual([[1, 2]]);
  expect([...inParts([], 2)]).toEqual([]);
});

test("no item is taken before its part is asked for", () => {
  let taken = 0;
  const items = function* (): Generator<number> {
    for (;;) yield (taken += 1);
  };
  const parts = inParts(items(), 3);
  expect(parts.next().value).toEqual([1, 2, 3]);
  expect(taken).toBe(3);
});
