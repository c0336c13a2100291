import { idOf, type ObjectName } from "../history/history-line.ts";
import { contentOf, type CommitRecord, type NounFields } from "./topic-record.ts";

/** An object from one revision on, until the next of its states. */
export interface State extends ObjectName {
  readonly revision: number;
  readonly fields: NounFields | null;
  /** The first revision at which it was something else; Infinity when it still is. */
  until: number;
}

/** Which commits count, and what every object was at every revision; worked out plainly. */
export class Truth {
  /** In the order of revisions; revision 1 is the first. */
  readonly counted: readonly CommitRecord[];
  readonly #states = new Map<string, State[]>();

  constructor(records: readonly CommitRecord[]) {
    const counted: CommitRecord[] = [];
    for (const record of records) {
      const last = counted.at(-1);
      const isNext = record.revision === (last?.revision ?? 0) + 1;
      if (isNext && record.predecessor === (last?.id ?? "")) counted.push(record);
    }
    this.counted = counted;
    for (const { revision, events } of counted) {
      for (const { kind, key, current } of events) {
        const states = this.#statesOf({ kind, key });
        const last = states.at(-1);
        if (last !== undefined) last.until = revision;
        states.push({ kind, key, revision, fields: current, until: Infinity });
      }
    }
  }

  get revision(): number {
    return this.counted.at(-1)?.revision ?? 0;
  }

  at(revision: number): CommitRecord | undefined {
    return this.counted[revision - 1];
  }

  /** All that an object ever was, oldest first; what is before the first is nothing. */
  statesOf(object: ObjectName): readonly State[] {
    return this.#states.get(idOf(object)) ?? [];
  }

  stateAt(object: ObjectName, revision: number): State {
    const found = this.statesOf(object).findLast((state) => state.revision <= revision);
    if (found !== undefined) return found;
    const until = this.statesOf(object)[0]?.revision ?? Infinity;
    return { ...object, revision: 0, fields: null, until };
  }

  /** What there is of a kind in a workspace at a revision, by key. */
  objectsAt(kind: string, workspace: string, revision: number): readonly State[] {
    const found: State[] = [];
    for (const states of this.#states.values()) {
      const [first] = states;
      if (first?.kind !== kind || !first.key.startsWith(`${workspace}/`)) continue;
      const state = this.stateAt(first, revision);
      if (state.fields !== null) found.push(state);
    }
    return found.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  }

  #statesOf(object: ObjectName): State[] {
    const id = idOf(object);
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const states: State[] = [];
    this.#states.set(id, states);
    return states;
  }
}

/** Plain words for what an object was. */
export function told({ fields, revision }: Pick<State, "fields" | "revision">): string {
  return fields === null ? `nothing from ${revision} on` : `${contentOf(fields)} of ${revision}`;
}
