import type { Commit } from "@titan/domain";
import type { SimulatedLog } from "@titan/event-log/testing";
import { CommitChain } from "@titan/processor-runtime";
import { CodecError, decodeAs } from "@titan/schema-codec";
import { murmur2 } from "./reference/reference-hash.ts";
import { referenceAt } from "./reference/reference-model.ts";

/** Stream (topic and partition, or slice topic) → key → value. */
export type State = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

type Keying = (key: string) => string;

/** Which partition of a stream a key is in is by this part of it. */
const PLACEMENT: Readonly<Record<string, { readonly by: "H" | "D"; readonly of: Keying }>> = {
  "titan.host": { by: "H", of: (key) => key },
  "titan.host-target": { by: "H", of: (key) => key },
  "titan.host-deployment": { by: "H", of: (key) => key.split("/", 2).join("/") },
  "titan.rendered-deployment": { by: "D", of: (key) => key },
};

/**
 * What every stream must hold at a revision: the counted commits, and what the reference model makes
 * of them. It reads `titan.change` and nothing else, and shares no code with the views.
 */
export class Truth {
  readonly #log: SimulatedLog;
  readonly #counts: { readonly H: number; readonly D: number };
  readonly #states = new Map<number, State>();

  constructor(log: SimulatedLog, counts: { readonly H: number; readonly D: number }) {
    this.#log = log;
    this.#counts = counts;
  }

  commits(): readonly Commit[] {
    const chain = new CommitChain();
    const counted: Commit[] = [];
    for (const record of this.#log.peek("titan.change", 0)) {
      let commit: Commit;
      try {
        commit = decodeAs("commit", record.value);
      } catch (error) {
        if (error instanceof CodecError) continue;
        throw error;
      }
      if (chain.accept(commit, record.offset)) counted.push(commit);
    }
    return counted;
  }

  at(revision: number): State {
    let state = this.#states.get(revision);
    if (state === undefined) {
      const commits = this.commits();
      if (commits.length < revision) throw new Error(`revision ${revision} was never committed`);
      state = this.#compute(commits.slice(0, revision));
      this.#states.set(revision, state);
    }
    return state;
  }

  #compute(commits: readonly Commit[]): State {
    const state = new Map<string, Map<string, unknown>>();
    for (const [stream, values] of referenceAt(commits)) {
      const placement = PLACEMENT[stream];
      const count = placement === undefined ? 1 : this.#counts[placement.by];
      for (let at = 0; at < count; at += 1) state.set(`${stream} ${at}`, new Map());
      for (const [key, value] of values) {
        const at = placement === undefined ? 0 : (murmur2(placement.of(key)) & 0x7fffffff) % count;
        state.get(`${stream} ${at}`)?.set(key, value);
      }
    }
    return state;
  }
}
