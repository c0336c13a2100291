import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

const wait = (attempt: number, random: number): number =>
  backoffMs(attempt, { firstMs: 100, capMs: 5_000, random: () => random });

test("the wait doubles up to the cap and stays there", () => {
  expect([1, 2, 3, 6, 7, 100, 10_000].map((attempt) => wait(attempt, 1))).toEqual([
    100, 200, 400, 3_200, 5_000, 5_000, 5_000,
  ]);
});

test("chance takes away up to half of it", () => {
  expect([0, 0.5, 0.99].map((random) => wait(2, random))).toEqual([100, 150, 199]);
});

test("an attempt below the first counts as the first", () => {
  expect(wait(0, 1)).toBe(100);
});
