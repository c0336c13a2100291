import { expect } from "vitest";
import type { View } from "../view.ts";
import type { Given } from "./nouns.ts";

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
  const state = view.empty();
  const output = new Map<string, Value>();
  const inputs = new Map<string, Given>();
  let emitted: Emitted[] = [];

  function learn(records: readonly Given[]): void {
    emitted = [];
    for (const record of records) inputs.set(`${record.stream} ${record.key}`, record);
    for (const key of new Set(view.learn(state, records))) {
      const value = view.value(state, key);
      if (JSON.stringify(value) === JSON.stringify(output.get(key))) continue;
      if (value === undefined) output.delete(key);
      else output.set(key, value);
      emitted.push({ key, current: value ?? null });
    }
  }

  function compareWithRecompute(): void {
    const fresh = view.empty();
    view.learn(fresh, [...inputs.values()].filter((record) => record.current !== null));
    const all = new Map<string, Value>();
    for (const key of view.keys(fresh)) {
      const value = view.value(fresh, key);
      if (value !== undefined) all.set(key, value);
    }
    expect(Object.fromEntries(output)).toEqual(Object.fromEntries(all));
  }

  const specification: Specification = {
    given(...records) {
      for (const record of records) learn([record]);
      return specification;
    },
    when(...records) {
      learn(records);
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
