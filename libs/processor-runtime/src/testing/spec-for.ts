import { expect } from "vitest";
import type { View } from "../view.ts";
import type { Given } from "./nouns.ts";
import { recompute, ViewRun } from "./view-run.ts";

/** What a test expects on the output: the new value of a key, or that it is gone. */
export interface Emitted {
  readonly key: string;
  readonly current: unknown;
}

export interface Specification {
  /** One change after the other. */
  given(...records: readonly Given[]): Specification;
  /** One change: all its records at one revision. */
  when(...records: readonly Given[]): Specification;
  /** Exactly these, whatever their order; objects may name only the fields that matter. */
  emits(...expected: readonly Emitted[]): void;
  emitsNothing(): void;
}

/**
 * Given what was learned before, when this change comes, then the output gets these records
 * (after Emmett's decider specification). Each expectation also compares the view with one that
 * learned everything at once.
 */
export function specFor<State, Value>(view: View<State, Value>): Specification {
  const run = new ViewRun(view);
  let emitted: readonly Emitted[] = [];

  const compareWithRecompute = (): void => {
    expect(Object.fromEntries(run.output)).toEqual(Object.fromEntries(recompute(view, run.inputs)));
  };

  const specification: Specification = {
    given(...records) {
      for (const record of records) run.learn([record]);
      return specification;
    },
    when(...records) {
      emitted = run.learn(records);
      return specification;
    },
    emits(...expected) {
      const byKey = (a: Emitted, b: Emitted): number => (a.key < b.key ? -1 : 1);
      expect([...emitted].sort(byKey)).toMatchObject([...expected].sort(byKey));
      compareWithRecompute();
    },
    emitsNothing() {
      expect(emitted).toEqual([]);
      compareWithRecompute();
    },
  };
  return specification;
}
