import type { Commit } from "@titan/domain";
import type { SimulatedLog } from "@titan/event-log/testing";
import { CommitChain, commitOf } from "@titan/processor-runtime";
import { canonical } from "./canonical.ts";
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
  readonly #counts: { readonly H: number; readonly D: number };
  readonly #log: SimulatedLog;
  readonly #chain = new CommitChain();
  #next = 0;
  readonly #counted: Commit[] = [];
  readonly #states = new Map<number, State>();
  readonly #texts = new Map<string, string>();

  constructor(log: SimulatedLog, counts: { readonly H: number; readonly D: number }) {
    this.#log = log;
    this.#counts = counts;
  }

  /** `titan.change` only grows, so what counted once counts for ever. */
  commits(): readonly Commit[] {
    const records = this.#log.peek("titan.change", 0);
    for (; this.#next < records.length; this.#next += 1) {
      const record = records[this.#next];
      const commit = record && commitOf(record.value);
      if (commit && this.#chain.accept(commit, record.offset)) this.#counted.push(commit);
    }
    return this.#counted;
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

  /** All that a stream holds at a revision as one text, for comparing. */
  textAt(revision: number, stream: string): string {
    const id = `${revision} ${stream}`;
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = canonical(this.at(revision).get(stream) ?? new Map());
      this.#texts.set(id, text);
    }
    return text;
  }

  /** As `textAt`, for all partitions of a topic together. */
  wholeTextAt(revision: number, topic: string): string {
    const id = `${revision} all of ${topic}`;
    let text = this.#texts.get(id);
    if (text === undefined) {
      const all = new Map<string, unknown>();
      for (let at = 0; this.at(revision).has(`${topic} ${at}`); at += 1) {
        for (const [key, value] of this.at(revision).get(`${topic} ${at}`) ?? [])
          all.set(key, value);
      }
      this.#texts.set(id, (text = canonical(all)));
    }
    return text;
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
