import { LoadingArchive, SavingArchive } from "@titan/compact";
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
 * and the order of different keys is free. `first` comes before every history. A view that can be
 * kept is kept, and goes on as what was loaded, wherever the history says so.
 */
export function expectBatchingIsIrrelevant<State, Value>(
  view: View<State, Value>,
  record: fc.Arbitrary<Given>,
  first: readonly Given[] = [],
): void {
  const change = fc.record({
    record,
    endsBatch: fc.boolean(),
    isKept: fc.boolean(),
    place: fc.nat(),
  });
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
      for (const { record: given, endsBatch, isKept, place } of changes) {
        if (isKept) run.state = loaded(view, run.state);
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

function loaded<State, Value>(view: View<State, Value>, state: State): State {
  if (view.keepIn === undefined) return state;
  const saving = new SavingArchive();
  view.keepIn(state, saving);
  const copy = view.empty();
  const bytes = Buffer.concat([...saving.pieces()]);
  view.keepIn(copy, new LoadingArchive(new Uint8Array(bytes).buffer));
  return copy;
}

function sorted(output: ReadonlyMap<string, unknown>): readonly (readonly [string, unknown])[] {
  return [...output].sort(([a], [b]) => (a < b ? -1 : 1));
}
