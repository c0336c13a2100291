import { expect, test } from "vitest";
import { Alignment } from "./alignment.ts";
import { CutFold } from "./cut-fold.ts";
import { RULES, type Rules } from "./rules.ts";

const ORIGIN = { revision: 0, changeId: "", actor: "", reason: "", occurredAt: 0 };

class Inputs {
  readonly folds: readonly CutFold[];
  readonly alignment: Alignment;
  readonly #sums: bigint[];

  constructor(count: number, rules: Rules = RULES) {
    this.folds = Array.from({ length: count }, () => new CutFold(rules));
    this.alignment = new Alignment(this.folds, rules);
    this.#sums = this.folds.map(() => 0n);
  }

  /** One new key in an input; without a cut yet. */
  put(input: number, revision: number): void {
    const key = `k${revision}`;
    const statement = { key, revision, hash: 1n, current: revision, offset: 0, origin: ORIGIN };
    this.folds[input]?.add(statement);
    this.#sums[input] = (this.#sums[input] ?? 0n) + 1n;
  }

  cut(input: number, ...revisions: readonly number[]): void {
    for (const revision of revisions) {
      this.folds[input]?.addCut({ revision, sum: this.#sums[input] ?? 0n });
    }
  }

  step(): number | undefined {
    const step = this.alignment.revision === undefined ? "start" : "next";
    return this.alignment[step]()?.revision;
  }
}

test("it starts at the highest cut that all inputs have and that verifies", () => {
  const inputs = new Inputs(2);
  inputs.cut(0, 1, 2, 4);
  inputs.cut(1, 1, 2, 3);
  expect(inputs.step()).toBe(2);
});

test("it does not start while an input has no cut: that is unknown, not empty", () => {
  const inputs = new Inputs(2);
  inputs.cut(0, 1, 2);
  expect(inputs.step()).toBeUndefined();
  inputs.cut(1, 2);
  expect(inputs.step()).toBe(2);
});

test("a common cut that does not verify is passed over at the start", () => {
  const inputs = new Inputs(2);
  inputs.cut(0, 1, 2);
  inputs.cut(1, 1);
  inputs.folds[1]?.addCut({ revision: 2, sum: 99n });
  expect(inputs.step()).toBe(1);
});

test("it steps at each common cut in turn, lowest first, and at no other", () => {
  const inputs = new Inputs(2);
  inputs.cut(0, 1);
  inputs.cut(1, 1);
  inputs.step();
  inputs.cut(0, 2, 3, 5, 6);
  inputs.cut(1, 3, 4, 6);
  expect([inputs.step(), inputs.step(), inputs.step()]).toEqual([3, 6, undefined]);
});

test("an input that is ahead waits for the others", () => {
  const inputs = new Inputs(2);
  inputs.cut(0, 1);
  inputs.cut(1, 1);
  inputs.step();
  inputs.put(0, 2);
  inputs.cut(0, 2);
  expect(inputs.step()).toBeUndefined();
  inputs.cut(1, 2);
  const step = inputs.alignment.next();
  expect(step?.revision).toBe(2);
  expect(step?.changes.map(({ input }) => input)).toEqual([0]);
});

test("without common cuts an input is seen a change ahead of another", () => {
  const play = (rules: Rules): number | undefined => {
    const inputs = new Inputs(2, rules);
    inputs.cut(0, 1);
    inputs.cut(1, 1);
    inputs.step();
    inputs.cut(0, 2);
    inputs.cut(1, 3);
    return inputs.step();
  };
  expect(play(RULES)).toBeUndefined();
  expect(play({ ...RULES, stepAtCommonCuts: false })).toBe(2);
});

test("what was passed over is in the step that follows", () => {
  const inputs = new Inputs(2);
  inputs.cut(0, 1);
  inputs.cut(1, 1);
  inputs.step();
  inputs.put(0, 2);
  inputs.cut(0, 2);
  inputs.put(0, 3);
  inputs.cut(0, 3);
  inputs.cut(1, 3);
  const keys = inputs.alignment.next()?.changes.flatMap(({ statements }) => [...statements.keys()]);
  expect(keys).toEqual(["k2", "k3"]);
});

test("no inputs, no start", () => {
  expect(new Inputs(0).step()).toBeUndefined();
});
