import { idOf, type Version, type WatchedEvent } from "../history/history-line.ts";
import { doing, type Asked } from "../history/history.ts";
import type { NounFields } from "../truth/topic-record.ts";
import { told, type State, type Truth } from "../truth/truth.ts";
import type { Anomaly, AnomalyKind, Check } from "./anomaly.ts";
import { isOf } from "./untrue-answer.ts";

type Watch = Asked<"watch">;

/** An event that a watch owes its reader. */
interface Owed {
  readonly type: WatchedEvent["type"];
  readonly state: State;
}

/**
 * Over all connections of a session, a reader that goes on behind the last event id that it saw gets
 * everything that is there, once, then everything that happens, once and in order. A bookmark says that
 * nothing below it is to come.
 */
export const watchBroken: Check = ({ calls, truth, workspace }) => {
  const sessions = new Map<string, Watch[]>();
  for (const watch of doing(calls, "watch")) {
    const known = sessions.get(watch.request.session);
    if (known === undefined) sessions.set(watch.request.session, [watch]);
    else known.push(watch);
  }
  return [...sessions.values()].flatMap((watches) => {
    const session = new Session(truth, workspace);
    for (const watch of watches) session.take(watch);
    return session.found;
  });
};

class Session {
  readonly found: Anomaly[] = [];
  readonly #truth: Truth;
  readonly #workspace: string;
  /** What was listed, by object; undefined once the list was whole. */
  #listed: Map<string, Version> | undefined;
  /** What is still owed, in order. */
  #owed: Owed[] = [];
  readonly #delivered = new Set<string>();

  constructor(truth: Truth, workspace: string) {
    this.#truth = truth;
    this.#workspace = workspace;
  }

  take(watch: Watch): void {
    if (watch.request.after === undefined) {
      this.#listed = new Map();
      this.#delivered.clear();
    }
    for (const event of watch.events) {
      if (event.version !== undefined) this.#takeChange(watch, event, event.version);
      else if (event.revision !== undefined) this.#takeBookmark(watch, event.revision);
    }
  }

  #takeChange(watch: Watch, { type }: WatchedEvent, version: Version): void {
    const id = deliveryOf(version);
    if (this.#delivered.has(id)) {
      this.#report(watch, "watch repeat", `${id} came a second time`);
      return;
    }
    this.#delivered.add(id);
    if (this.#listed !== undefined) {
      if (type === "DELETED") this.#listed.delete(idOf(version));
      else this.#listed.set(idOf(version), version);
      return;
    }
    const at = this.#owed.findIndex(({ state }) => deliveryOf(state) === id);
    const owed = this.#owed[at];
    if (owed?.type !== type || (type !== "DELETED" && !isOf(version, owed.state))) {
      this.#report(watch, "untrue answer", `${type} ${id} is not what happened`);
      return;
    }
    this.#owed.splice(at, 1);
    this.#owedBelow(watch, version.revision);
  }

  #takeBookmark(watch: Watch, revision: number): void {
    if (this.#listed === undefined) {
      this.#owedBelow(watch, revision + 1);
      return;
    }
    const { kind } = watch.request;
    const states = this.#truth
      .objectsAt(kind, this.#workspace, revision)
      .filter(({ fields }) => isWanted(watch, fields));
    for (const state of states) {
      if (isOf(this.#listed.get(idOf(state)), state)) continue;
      this.#report(
        watch,
        "watch gap",
        `${idOf(state)}, ${told(state)}, was not listed by ${revision}`,
      );
    }
    const there = new Set(states.map((state) => idOf(state)));
    for (const id of this.#listed.keys()) {
      if (!there.has(id)) this.#report(watch, "untrue answer", `${id} was listed by ${revision}`);
    }
    this.#listed = undefined;
    this.#owed = [...owedAfter(this.#truth, this.#workspace, watch, revision)];
  }

  /** Whatever is owed below a revision will not come any more. */
  #owedBelow(watch: Watch, revision: number): void {
    while (this.#owed[0] !== undefined && this.#owed[0].state.revision < revision) {
      const [{ type, state }] = this.#owed.splice(0, 1) as [Owed];
      this.#delivered.add(deliveryOf(state));
      this.#report(watch, "watch gap", `${type} ${deliveryOf(state)} did not come by ${revision}`);
    }
  }

  #report({ call, request }: Watch, kind: AnomalyKind, detail: string): void {
    this.found.push({ kind, detail: `${request.session}: ${detail}`, calls: [call] });
  }
}

function* owedAfter(
  truth: Truth,
  workspace: string,
  watch: Watch,
  after: number,
): Generator<Owed, void> {
  for (const { revision, events } of truth.counted.slice(after)) {
    for (const { kind, key, previous, current } of events) {
      if (kind !== watch.request.kind || !key.startsWith(`${workspace}/`)) continue;
      const was = isWanted(watch, previous);
      const is = isWanted(watch, current);
      if (!was && !is) continue;
      const type = is ? (was ? "MODIFIED" : "ADDED") : "DELETED";
      yield { type, state: { kind, key, revision, fields: current, until: Infinity } };
    }
  }
}

function isWanted({ request }: Watch, fields: NounFields | null): boolean {
  if (fields === null) return false;
  if (request.label === undefined) return true;
  const [name, value] = request.label;
  return fields.labels[name] === value;
}

function deliveryOf({ kind, key, revision }: Pick<State, "kind" | "key" | "revision">): string {
  return `${kind} ${key} of ${revision}`;
}
