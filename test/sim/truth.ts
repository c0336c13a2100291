import type { Commit, Event } from "@titan/domain";
import { partitionOf } from "@titan/domain";
import type { SimulatedLog } from "@titan/event-log/testing";
import { CommitChain, type InputRecord } from "@titan/processor-runtime";
import { CodecError, decodeAs } from "@titan/schema-codec";
import { SECOND_VERSION, SLICE_VIEWS, TOPIC_VIEWS, type AnyView } from "./all-views.ts";

/** Stream (topic and partition, or slice topic) → key → value. */
export type State = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

const NOUN_STREAMS: Readonly<Record<string, string>> = {
  Workspace: "titan.workspace",
  Host: "titan.host",
  Target: "titan.target",
  Template: "titan.template",
  Workload: "titan.workload",
  Deployment: "titan.deployment",
  Token: "titan.token",
  View: "titan.view",
};

/**
 * What every stream must hold at a revision: the counted commits folded, and every view computed
 * from nothing. It reads `titan.change` and nothing else.
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
    const nouns = new Map<string, Map<string, unknown>>();
    for (const stream of Object.values(NOUN_STREAMS)) nouns.set(stream, new Map());
    for (const { events } of commits) {
      for (const event of events) applyEvent(nouns, event);
    }
    const state = new Map<string, Map<string, unknown>>();
    for (const [stream, values] of nouns) {
      const count = stream === "titan.host" ? this.#counts.H : 1;
      this.#place(state, stream, values, count, (key) => key);
    }
    const records: InputRecord[] = recordsOf(nouns);
    for (const first of TOPIC_VIEWS) {
      const view = inForce(nouns, first);
      const values = recompute(view, records);
      if (view.emits.kind !== "topic") continue;
      const { emits } = view;
      const { stream } = emits;
      records.push(...recordsOf(new Map([[stream, values]])));
      this.#place(state, stream, values, this.#partitions(view), (key) => emits.placement(key));
    }
    for (const view of SLICE_VIEWS) {
      if (view.emits.kind !== "slices") continue;
      const fresh = view.empty();
      view.learn(
        fresh,
        records.filter(({ stream }) => view.consumes.includes(stream)),
      );
      for (const name of view.keys(fresh)) {
        const { topic, key } = view.emits.slice(name);
        const slice = state.get(`${topic} 0`) ?? new Map<string, unknown>();
        state.set(`${topic} 0`, slice);
        const value = view.value(fresh, name);
        if (key !== "" && value !== undefined) slice.set(key, value);
      }
    }
    return state;
  }

  #partitions(view: AnyView): number {
    switch (view.scope) {
      case "whole":
        return 1;
      case "host-partition":
        return this.#counts.H;
      case "deployment-partition":
        return this.#counts.D;
    }
  }

  #place(
    state: Map<string, Map<string, unknown>>,
    stream: string,
    values: ReadonlyMap<string, unknown>,
    count: number,
    placement: (key: string) => string,
  ): void {
    for (let at = 0; at < count; at += 1) state.set(`${stream} ${at}`, new Map());
    for (const [key, value] of values) {
      state.get(`${stream} ${partitionOf(placement(key), count)}`)?.set(key, value);
    }
  }
}

/** Which version of a view is in force is part of the function of a revision. */
function inForce(nouns: ReadonlyMap<string, ReadonlyMap<string, unknown>>, view: AnyView): AnyView {
  if (view.name !== SECOND_VERSION.name) return view;
  const activated = nouns.get("titan.view")?.get(view.name) as { version: number } | undefined;
  return activated?.version === SECOND_VERSION.version ? SECOND_VERSION : view;
}

function applyEvent(nouns: Map<string, Map<string, unknown>>, event: Event): void {
  const values = nouns.get(NOUN_STREAMS[event.kind] ?? "");
  if (event.current === null) values?.delete(event.key);
  else values?.set(event.key, event.current);
}

function recordsOf(streams: ReadonlyMap<string, ReadonlyMap<string, unknown>>): InputRecord[] {
  return [...streams].flatMap(([stream, values]) =>
    [...values].map(([key, current]) => ({ stream, key, current })),
  );
}

function recompute(view: AnyView, records: readonly InputRecord[]): Map<string, unknown> {
  const fresh = view.empty();
  view.learn(
    fresh,
    records.filter(({ stream }) => view.consumes.includes(stream)),
  );
  const values = new Map<string, unknown>();
  for (const key of view.keys(fresh)) {
    const value = view.value(fresh, key);
    if (value !== undefined) values.set(key, value);
  }
  return values;
}
