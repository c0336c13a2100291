import { expect, test } from "vitest";
import { integerBelow, seededRandom } from "./seeded-random.ts";

function numbers(seed: number, count = 1_000): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
}

test("a seed gives the same numbers each time, another gives others", () => {
  expect(numbers(42)).toEqual(numbers(42));
  expect(numbers(43)).not.toEqual(numbers(42));
  expect(numbers(42 + 2 ** 32)).not.toEqual(numbers(42));
});

test("the numbers of a seed never change: failures are reported by their seed", () => {
  expect(numbers(1, 3)).toEqual(FIRST_OF_SEED_1);
});

test("numbers are spread over [0, 1)", () => {
  const buckets = Array.from({ length: 10 }, () => 0);
  for (const number of numbers(5, 10_000)) {
    expect(number).toBeLessThan(1);
    const bucket = Math.floor(number * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test("integers stay below their bound", () => {
  const random = seededRandom(9);
  const found = new Set(Array.from({ length: 200 }, () => integerBelow(random, 4)));
  expect(found).toEqual(new Set([0, 1, 2, 3]));
});

const FIRST_OF_SEED_1 = [0.7213824954815209, 0.9982774262316525, 0.4712726064026356];
