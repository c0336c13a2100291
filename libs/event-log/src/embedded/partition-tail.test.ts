import { expect, test } from "vitest";
import type { LogRecord } from "../event-log.ts";
import { PartitionTail } from "./partition-tail.ts";

const MIB = 1024 * 1024;
const ALL = 1_000_000;

function records(from: number, to: number, bytes: number): readonly LogRecord[] {
  const value = new Uint8Array(bytes);
  return Array.from({ length: to - from }, (_, at) => {
    return { key: "k", value, offset: from + at, timestampMs: 0 };
  });
}

/** The lowest offset from which the tail can be read. */
function begin(tail: PartitionTail, end: number): number {
  let from = end;
  while (from > 0 && tail.read(from - 1, 1, ALL) !== undefined) from -= 1;
  return from;
}

test("a tail that is full forgets its oldest records and holds the rest without a gap", () => {
  const budget = { bytes: 0 };
  const tail = new PartitionTail(budget);
  for (const record of records(0, 100, MIB)) tail.push(record);
  const from = begin(tail, 100);
  expect(from).toBeGreaterThanOrEqual(100 - 32);
  expect(from).toBeLessThanOrEqual(100 - 16);
  expect(budget.bytes).toBe((100 - from) * MIB);
  const offsets = tail.read(from, ALL, ALL * MIB)?.map(({ offset }) => offset);
  expect(offsets).toEqual(Array.from({ length: 100 - from }, (_, at) => from + at));
});

test("all tails together hold no more than their budget", () => {
  const budget = { bytes: 0 };
  const tails = Array.from({ length: 5 }, () => new PartitionTail(budget));
  for (const record of records(0, 40, MIB)) for (const tail of tails) tail.push(record);
  expect(budget.bytes).toBeLessThanOrEqual(64 * MIB);
  for (const tail of tails) {
    expect(tail.read(39, 1, ALL)?.map(({ offset }) => offset)).toEqual([39]);
    tail.clear();
    expect(tail.read(39, 1, ALL)).toBeUndefined();
  }
  expect(budget.bytes).toBe(0);
});
