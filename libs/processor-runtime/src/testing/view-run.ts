import type { View } from "../view.ts";
import type { Given } from "./nouns.ts";

/**
 * A view that learns, with its output as the runtime keeps it: only keys that the view names are
 * looked at again.
 */
export class ViewRun<State, Value> {
  readonly output = new Map<string, Value>();
  state: State;
  readonly #view: View<State, Value>;
  readonly #inputs = new Map<string, Given>();

  constructor(view: View<State, Value>) {
    this.#view = view;
    this.state = view.empty();
  }

  /** What is in force in the inputs. */
  get inputs(): readonly Given[] {
    return [...this.#inputs.values()].filter((record) => record.current !== null);
  }

  /** Learns one step and answers what the output gets. */
  learn(records: readonly Given[]): { readonly key: string; readonly current: Value | null }[] {
    for (const record of records) {
      if (!this.#view.consumes.includes(record.stream)) {
        throw new Error(`${this.#view.name} does not consume ${record.stream}`);
      }
      this.#inputs.set(`${record.stream} ${record.key}`, record);
    }
    const emitted: { key: string; current: Value | null }[] = [];
    for (const key of new Set(this.#view.learn(this.state, records))) {
      const value = this.#view.value(this.state, key);
      if (JSON.stringify(value) === JSON.stringify(this.output.get(key))) continue;
      if (value === undefined) this.output.delete(key);
      else this.output.set(key, value);
      emitted.push({ key, current: value ?? null });
    }
    return emitted;
  }
}

/** The whole output of a view that learned everything that is in force at once. */
export function recompute<State, Value>(
  view: View<State, Value>,
  inputs: readonly Given[],
): ReadonlyMap<string, Value> {
  const fresh = view.empty();
  view.learn(fresh, inputs);
  const output = new Map<string, Value>();
  for (const key of view.keys(fresh)) {
    const value = view.value(fresh, key);
    if (value !== undefined) output.set(key, value);
  }
  return output;
}
