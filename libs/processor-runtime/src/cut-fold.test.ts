import { beforeEach, expect, test } from "vitest";
import { CutFold } from "./cut-fold.ts";
import { RULES, type Rules } from "./rules.ts";
import type { Statement } from "./statement.ts";

let offset = 0;
beforeEach(() => {
  offset = 0;
});

/** A record whose value is its hash. */
function put(key: string, revision: number, hash: bigint): Statement {
  const origin = { revision, changeId: "", actor: "", reason: "", occurredAt: 0 };
  return { key, revision, hash, current: hash, offset: offset++, origin };
}

function started(rules: Rules = RULES): CutFold {
  const fold = new CutFold(rules);
  fold.addCut({ revision: 0, sum: 0n });
  fold.start(0);
  fold.take(0);
  return fold;
}

function feed(fold: CutFold, ...statements: readonly Statement[]): void {
  for (const statement of statements) fold.add(statement);
  fold.advance();
}

function cut(fold: CutFold, revision: number, sum: bigint): void {
  fold.addCut({ revision, sum });
  fold.advance();
}

const taken = (fold: CutFold, revision: number): Record<string, unknown> =>
  Object.fromEntries([...fold.take(revision)].map(([key, { current }]) => [key, current]));

test("before the start a cut verifies only with its sum, over the highest label of each key", () => {
  const fold = new CutFold();
  for (const statement of [put("a", 1, 5n), put("a", 3, 7n), put("a", 2, 6n), put("b", 4, 1n)]) {
    fold.add(statement);
  }
  for (const [revision, sum] of [
    [1, 5n],
    [2, 6n],
    [3, 7n],
    [4, 9n],
  ] as const) {
    fold.addCut({ revision, sum });
  }
  expect(fold.startCandidates()).toEqual([1, 2, 3, 4]);
  expect([1, 2, 3, 4, 5].map((revision) => fold.verifies(revision))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("the start answers everything in force at its cut, and keeps what lies above", () => {
  const fold = new CutFold();
  for (const one of [put("a", 3, 7n), put("a", 1, 5n), put("b", 2, 1n)]) fold.add(one);
  fold.addCut({ revision: 2, sum: 6n });
  fold.addCut({ revision: 3, sum: 8n });
  fold.start(2);
  expect(taken(fold, 2)).toEqual({ a: 5n, b: 1n });
  fold.advance();
  expect(taken(fold, 3)).toEqual({ a: 7n });
});

test("a cut is offered when its sum is that of the state, and not before", () => {
  const fold = started();
  cut(fold, 1, 5n);
  expect(fold.lowestVerified).toBeUndefined();
  expect(fold.blockedAt).toBe(1);
  feed(fold, put("a", 1, 5n));
  expect(fold.lowestVerified).toBe(1);
  expect(fold.blockedAt).toBeUndefined();
  expect(taken(fold, 1)).toEqual({ a: 5n });
  expect(fold.inUse).toBe(1);
});

test("without sums, half a cut is believed", () => {
  const fold = started({ ...RULES, believeOnlySums: false });
  cut(fold, 1, 5n);
  expect(fold.lowestVerified).toBe(1);
});

test("of equal labels the later offset counts", () => {
  const fold = started();
  feed(fold, put("a", 1, 5n), put("a", 1, 6n));
  cut(fold, 1, 6n);
  expect(taken(fold, 1)).toEqual({ a: 6n });
});

test("a lower label that comes late changes nothing", () => {
  const fold = started();
  feed(fold, put("a", 3, 7n));
  cut(fold, 3, 7n);
  feed(fold, put("a", 1, 5n));
  cut(fold, 4, 7n);
  expect(fold.labelOf("a")).toBe(3);
  taken(fold, 3);
  expect(taken(fold, 4)).toEqual({});
});

test("a record at or below the cut in use takes effect with the next cut that verifies", () => {
  const fold = started();
  cut(fold, 5, 0n);
  taken(fold, 5);
  feed(fold, put("late", 2, 9n));
  expect(fold.lowestVerified).toBeUndefined();
  cut(fold, 6, 9n);
  expect(taken(fold, 6)).toEqual({ late: 9n });
  expect(fold.labelOf("late")).toBe(2);
});

test("no label is raised because a cut verified: of late records the highest label counts", () => {
  const fold = started();
  cut(fold, 5, 0n);
  taken(fold, 5);
  feed(fold, put("k", 2, 9n), put("k", 4, 3n), put("k", 3, 1n));
  cut(fold, 6, 3n);
  expect(taken(fold, 6)).toEqual({ k: 3n });
  expect(fold.labelOf("k")).toBe(4);
});

test("a cut that does not verify is kept, and completed by a repair with a lower label", () => {
  const fold = started();
  feed(fold, put("a", 1, 5n));
  cut(fold, 2, 8n);
  feed(fold, put("c", 4, 100n));
  expect(fold.lowestVerified).toBeUndefined();
  feed(fold, put("b", 2, 3n));
  expect(fold.lowestVerified).toBe(2);
  expect(taken(fold, 2)).toEqual({ a: 5n, b: 3n });
});

test("a later cut that verifies takes the place of one that does not", () => {
  const fold = started();
  feed(fold, put("a", 3, 7n));
  cut(fold, 1, 5n);
  cut(fold, 2, 6n);
  expect(fold.lowestVerified).toBeUndefined();
  cut(fold, 3, 7n);
  expect(fold.lowestVerified).toBe(3);
  expect(taken(fold, 3)).toEqual({ a: 7n });
});

test("what take answers is the whole difference, also over cuts that were passed over", () => {
  const fold = started();
  feed(fold, put("a", 1, 1n), put("b", 2, 2n), put("a", 3, 3n));
  cut(fold, 1, 1n);
  cut(fold, 2, 3n);
  cut(fold, 3, 5n);
  expect([1, 2, 3].map((revision) => fold.hasVerified(revision))).toEqual([true, true, true]);
  expect(fold.verifiedFrom(2)).toBe(2);
  expect(taken(fold, 3)).toEqual({ a: 3n, b: 2n });
  expect(fold.waiting).toEqual({ cuts: 0, records: 0 });
});

test("cuts may come in any order and twice", () => {
  const fold = started();
  feed(fold, put("b", 2, 2n), put("a", 1, 1n));
  fold.addCut({ revision: 2, sum: 3n });
  fold.addCut({ revision: 1, sum: 1n });
  cut(fold, 1, 1n);
  expect(taken(fold, 1)).toEqual({ a: 1n });
  expect(taken(fold, 2)).toEqual({ b: 2n });
  cut(fold, 1, 1n);
  expect(fold.lowestVerified).toBeUndefined();
});

test("a cut that was written anew has its last sum", () => {
  const fold = started();
  cut(fold, 1, 99n);
  feed(fold, put("a", 1, 1n));
  expect(fold.lowestVerified).toBeUndefined();
  cut(fold, 1, 1n);
  expect(fold.lowestVerified).toBe(1);
});

test("a sum wraps at 64 bits, and a deletion of a derived record takes its hash away", () => {
  const fold = started();
  feed(fold, put("a", 1, 2n ** 64n - 1n), put("b", 1, 3n));
  cut(fold, 1, 2n);
  expect(fold.lowestVerified).toBe(1);
  feed(fold, put("a", 2, 0n));
  cut(fold, 2, 3n);
  expect(fold.highestVerified).toBe(2);
});

test("a cut that was not verified can not be taken", () => {
  expect(() => started().take(9)).toThrow("no verified cut at 9");
});
