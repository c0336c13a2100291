import fc from "fast-check";
import { expect } from "vitest";
import type { View } from "../view.ts";
import { gone, type Given } from "./nouns.ts";
import { recompute, ViewRun } from "./view-run.ts";

const RUNS = 150;
const CHANGES_MAX = 40;

/**
 * Any history of random records in any batching ends as a recompute from zero does, after every
 * batch. Within a batch only the last record of a key is learned, as the runtime hands it over,
 * and the order of different keys is free. `first` comes before every history.
 */
export function expectBatchingIsIrrelevant<State, Value>(
  view: View<State, Value>,
  record: fc.Arbitrary<Given>,
  first: readonly Given[] = [],
): void {
  const change = fc.record({ record, endsBatch: fc.boolean(), place: fc.nat() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: CHANGES_MAX }), (changes) => {
      const run = new ViewRun(view);
      run.learn(first);
      let batch = new Map<string, { given: Given; place: number }>();
      const learn = (): void => {
        const ordered = [...batch.values()].sort((a, b) => a.place - b.place);
        run.learn(ordered.map(({ given }) => given));
        batch = new Map();
        expect(sorted(run.output)).toEqual(sorted(recompute(view, run.inputs)));
      };
      for (const { record: given, endsBatch, place } of changes) {
        batch.set(`${given.stream} ${given.key}`, { given, place });
        if (endsBatch) learn();
      }
      learn();
      run.learn(run.inputs.map(gone));
      expect(run.output.size).toBe(0);
      expect(run.state, "what is gone leaves nothing behind").toEqual(view.empty());
    }),
    { numRuns: RUNS },
  );
}

function sorted(output: ReadonlyMap<string, unknown>): readonly (readonly [string, unknown])[] {
  return [...output].sort(([a], [b]) => (a < b ? -1 : 1));
}
