import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, ByteValues, KeyNumbers, LabelPairs, NameNumbers, Relation, Rows } from "./index.ts";

const RUNS = { numRuns: 300 };
const key = fc.oneof(
  fc.constantFrom("", "a", "b", "default/tim-pi", "default/tim-pj", "é", "ключ", "😀"),
  fc.string({ maxLength: 3 }),
);
const number = fc.nat({ max: 30 });

test.each([
  ["keys", () => new KeyNumbers()],
  ["names", () => new NameNumbers()],
])("%s that come and go are found by their number, and numbers by them", (_, make) => {
  fc.assert(
    fc.property(fc.array(fc.record({ key, add: fc.boolean() }), { maxLength: 200 }), (steps) => {
      const numbers = make();
      const known = new Map<string, number>();
      for (const step of steps) {
        const before = known.get(step.key);
        expect(numbers.numberOf(step.key)).toBe(before ?? -1);
        if (step.add) {
          const given = numbers.add(step.key);
          if (before === undefined) expect([...known.values()]).not.toContain(given);
          else expect(given).toBe(before);
          known.set(step.key, given);
        } else if (before !== undefined) {
          numbers.delete(before);
          known.delete(step.key);
        }
      }
      for (const [each, given] of known) expect(numbers.keyOf(given)).toBe(each);
      if (!(numbers instanceof KeyNumbers)) return;
      expect(numbers.size).toBe(known.size);
      expect([...numbers.keys()].sort()).toEqual([...known.keys()].sort());
    }),
    RUNS,
  );
});

test("a key may be longer than what is kept of its length", () => {
  const numbers = new KeyNumbers();
  const keys = [65_534, 65_535, 65_536, 70_000].map((length) => "k".repeat(length));
  for (const long of keys) numbers.add(long);
  expect(keys.map((long) => numbers.keyOf(numbers.numberOf(long)) === long)).not.toContain(false);
  for (const long of keys) numbers.delete(numbers.numberOf(long));
  expect(numbers.size).toBe(0);
});

test("a table of many keys finds each of them, also after every other has gone", () => {
  const numbers = new KeyNumbers();
  const keys = Array.from({ length: 5_000 }, (_, at) => `default/host-${at}`);
  for (const each of keys) numbers.add(each);
  for (const [at, each] of keys.entries()) {
    if (at % 2 === 0) numbers.delete(numbers.numberOf(each));
  }
  for (const [at, each] of keys.entries()) {
    const found = numbers.numberOf(each);
    if (at % 2 === 0) expect(found).toBe(-1);
    else expect(numbers.keyOf(found)).toBe(each);
  }
});

test("a number that is free again is given again: numbers do not grow with what has been", () => {
  const numbers = new KeyNumbers();
  for (let round = 0; round < 1_000; round += 1) numbers.delete(numbers.add(`key ${round}`));
  expect(numbers.limit).toBe(1);
});

const change = fc.record({ left: number, rights: fc.uniqueArray(number, { maxLength: 12 }) });

test("whatever is set, a relation answers the same from both sides", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const relation = new Relation();
      const known = new Map<number, readonly number[]>();
      for (const { left, rights } of changes) {
        const sorted = rights.toSorted((one, other) => one - other);
        relation.set(left, sorted);
        known.set(left, sorted);
      }
      for (let each = 0; each <= 30; each += 1) {
        expect([...relation.rightsOf(each)]).toEqual(known.get(each) ?? []);
        const lefts = [...known]
          .filter(([, rights]) => rights.includes(each))
          .map(([left]) => left);
        expect(new Set(relation.leftsOf(each))).toEqual(new Set(lefts));
        expect(relation.countOf(each)).toBe(lefts.length);
      }
    }),
    RUNS,
  );
});

test("a posting of many is whole after members left from its middle", () => {
  const relation = new Relation();
  const COUNT = 40_000;
  for (let left = 0; left < COUNT; left += 1) relation.set(left, [3, 5]);
  for (let left = 0; left < COUNT; left += 3) relation.set(left, [5]);
  const rest = Array.from({ length: COUNT }, (_, left) => left).filter((left) => left % 3 !== 0);
  expect([...relation.leftsOf(3)].toSorted((one, other) => one - other)).toEqual(rest);
  expect(relation.countOf(5)).toBe(COUNT);
});

test("rows and bytes hold what was set last", () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const step = fc.record({ at: number, bytes, numbers: fc.array(fc.integer(), { maxLength: 9 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const arena = new Arena();
      const [rows, values] = [new Rows(arena), new ByteValues(arena)];
      const known = new Map<number, (typeof steps)[number]>();
      for (const each of steps) {
        rows.set(
          each.at,
          each.numbers.map((one) => one | 0),
        );
        values.set(each.at, each.bytes);
        known.set(each.at, each);
      }
      for (let at = 0; at <= 30; at += 1) {
        expect([...rows.get(at)]).toEqual(known.get(at)?.numbers ?? []);
        expect([...values.get(at)]).toEqual([...(known.get(at)?.bytes ?? [])]);
      }
    }),
    RUNS,
  );
});

test("bytes of any length come back, and their memory is used again", () => {
  const values = new ByteValues();
  const large = (fill: number): Uint8Array => new Uint8Array(3_000_000).fill(fill);
  for (let round = 0; round < 5; round += 1) {
    values.set(0, large(round));
    values.set(1, Uint8Array.of(round));
    expect(values.get(0).every((byte) => byte === round)).toBe(true);
    values.delete(1);
    expect(values.get(1)).toHaveLength(0);
  }
  expect(values.get(0).buffer.byteLength).toBe(3_000_000);
});

test("a label and its values have numbers for as long as they are used", () => {
  const pairs = new LabelPairs();
  const lab = pairs.take("site", "lab");
  const barn = pairs.take("site", "barn");
  expect(pairs.take("site", "lab")).toBe(lab);
  const site = pairs.labelNumber("site");
  expect(pairs.labelOf(lab)).toBe(site);
  expect(pairs.valueOf(barn)).toBe("barn");
  expect(pairs.valuesOf(site)).toBe(2);
  pairs.release(barn);
  expect([...pairs.pairsOf(site)]).toEqual([lab]);
  pairs.release(lab);
  expect(pairs.labelNumber("site")).toBe(site);
  pairs.release(lab);
  expect(pairs.labelNumber("site")).toBe(-1);
  expect(pairs.labelOf(lab)).toBe(-1);
});

test("a pair has one number while it is used, also when more were taken than are remembered", () => {
  const pairs = new LabelPairs();
  const COUNT = 10_000;
  const numbers = Array.from({ length: COUNT }, (_, at) => pairs.take("name", `h${at}`));
  const again = (): number[] => numbers.map((_, at) => pairs.take("name", `h${at}`));
  expect(again()).toEqual(numbers);
  expect(again()).toEqual(numbers);
  const release = (pair: number): void => {
    for (let uses = 0; uses < 3; uses += 1) pairs.release(pair);
  };
  for (const pair of numbers) release(pair);
  expect(pairs.labelNumber("name")).toBe(-1);
  const site = pairs.take("site", "lab");
  expect(numbers).toContain(site);
  expect(pairs.take("name", `h${numbers.indexOf(site)}`)).not.toBe(site);
});

test("no two pairs have one number, whatever their labels and values are", () => {
  const pairs = new LabelPairs();
  const odd = ["", "=", "a", "a=", "=a", "0", "0=", "0=a"];
  const seen = new Map<number, string>();
  for (const label of odd) {
    for (const value of odd) {
      const pair = pairs.take(label, value);
      expect(seen.has(pair)).toBe(false);
      seen.set(pair, value);
    }
  }
  for (const [pair, value] of seen) expect(pairs.valueOf(pair)).toBe(value);
});
