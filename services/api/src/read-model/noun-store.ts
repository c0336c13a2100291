import {
  isNounKind,
  type Commit,
  type Labels,
  type NounKind,
  type NounValue,
  type World,
} from "@titan/domain";
import type { DatabaseSync } from "node:sqlite";
import { integerOf, integerOrNull, textOf } from "./columns.ts";
import type { KeyRange } from "./key-ranges.ts";
import { loadNoun, storeNoun } from "./stored-value.ts";

/** A value with the revision that gave it. */
export interface NounVersion {
  readonly key: string;
  readonly revision: number;
  /** The first revision at which it was not in force any more. */
  readonly until: number | null;
  readonly value: NounValue;
}

/** A change of one object: the revision made, altered or deleted it. */
export interface ChangedKey {
  readonly revision: number;
  readonly key: string;
}

/** The id of a version is its revision and the place of its event in the change, of which there are fewer. */
const PLACES = 1_024;

/** Every version of every noun. */
export class NounStore {
  readonly #insert;
  readonly #end;
  readonly #endedAfter;
  readonly #current;
  readonly #revisionsOf;
  readonly #currentKeys;
  readonly #versionsAt;
  readonly #madeKeys;
  readonly #endedKeys;
  readonly #endedSince;
  readonly #all;

  constructor(database: DatabaseSync) {
    const columns = "id, key, until, value";
    this.#insert = database.prepare("INSERT INTO noun (id, kind, key, value) VALUES (?, ?, ?, ?)");
    this.#end = database.prepare(
      "UPDATE noun SET until = ? WHERE kind = ? AND key = ? AND until IS NULL",
    );
    this.#endedAfter = database.prepare(
      `SELECT ${columns} FROM noun WHERE kind = ? AND key = ? AND until > ? ORDER BY until LIMIT 1`,
    );
    this.#current = database.prepare(
      `SELECT ${columns} FROM noun WHERE kind = ? AND key = ? AND until IS NULL`,
    );
    this.#revisionsOf = database.prepare(
      `SELECT id / ${PLACES} AS at FROM noun WHERE kind = ? AND key = ? AND id >= ?
        UNION SELECT until AS at FROM noun WHERE kind = ? AND key = ? AND until >= ?
        ORDER BY at LIMIT ?`,
    );
    this.#currentKeys = database.prepare(
      `SELECT key FROM noun WHERE kind = ? AND key >= ? AND key < ? AND until IS NULL
        ORDER BY key`,
    );
    this.#versionsAt = database.prepare(
      `SELECT ${columns} FROM noun INDEXED BY noun_key WHERE kind = ? AND key >= ? AND key < ?
        AND id < ? AND (until IS NULL OR until > ?) ORDER BY key`,
    );
    this.#madeKeys = database.prepare(
      `SELECT id / ${PLACES} AS at, key FROM noun NOT INDEXED
        WHERE id >= ? AND id < ? AND kind = ? ORDER BY id LIMIT ?`,
    );
    this.#endedKeys = database.prepare(
      `SELECT until AS at, key FROM noun INDEXED BY noun_ended
        WHERE kind = ? AND until > ? AND until <= ? ORDER BY until LIMIT ?`,
    );
    this.#endedSince = database.prepare(
      `SELECT ${columns} FROM noun INDEXED BY noun_ended
        WHERE kind = ? AND until > ? AND id < ? LIMIT ?`,
    );
    this.#all = database.prepare(
      "SELECT id, kind, key, value FROM noun WHERE until IS NULL ORDER BY id",
    );
  }

  /** Takes over the events of one counted commit. */
  apply({ revision, events }: Commit): void {
    events.forEach(({ kind, key, previous, current }, place) => {
      if (!isNounKind(kind)) throw new TypeError(`no noun is of kind ${kind}`);
      if (previous !== null) this.#end.run(revision, kind, key);
      if (current !== null) {
        this.#insert.run(idOf(revision) + place, kind, key, storeNoun(kind, current));
      }
    });
  }

  /** What is in force, into a world. */
  loadInto(world: World): void {
    for (const row of this.#all.iterate()) {
      const kind = textOf(row, "kind");
      if (!isNounKind(kind)) continue;
      const value = loadNoun(kind, textOf(row, "value"));
      world.put(kind, textOf(row, "key"), value, revisionIn(row));
    }
  }

  /** The value that was in force at a revision. */
  at(kind: NounKind, key: string, revision: number): NounVersion | undefined {
    const row = this.#endedAfter.get(kind, key, revision) ?? this.#current.get(kind, key);
    return row === undefined || revisionIn(row) > revision ? undefined : versionOf(kind, row);
  }

  /** The revisions from `from` on that made, altered or deleted an object; lowest first. */
  revisionsOf(kind: NounKind, key: string, from: number, limit: number): readonly number[] {
    const rows = this.#revisionsOf.all(kind, key, idOf(from), kind, key, from, limit);
    return rows.map((row) => integerOf(row, "at"));
  }

  /** Keys in force, in order. */
  *keys(kind: NounKind, range: KeyRange): Generator<string> {
    for (const row of this.#currentKeys.iterate(kind, range.from, range.to)) {
      yield textOf(row, "key");
    }
  }

  /** What was in force at a revision, in the order of keys. */
  *versionsAt(kind: NounKind, range: KeyRange, revision: number): Generator<NounVersion> {
    const below = idOf(revision + 1);
    const rows = this.#versionsAt.iterate(kind, range.from, range.to, below, revision);
    for (const row of rows) yield versionOf(kind, row);
  }

  /** What was in force at a revision and is not any more, in no order; undefined when it is more than `limit`. */
  endedSince(kind: NounKind, revision: number, limit: number): readonly NounVersion[] | undefined {
    const rows = this.#endedSince.all(kind, revision, idOf(revision + 1), limit + 1);
    return rows.length > limit ? undefined : rows.map((row) => versionOf(kind, row));
  }

  /**
   * Which keys of a kind changed at which revisions above `after`, up to `to`; lowest first. Undefined when
   * it is more than `limit`.
   */
  changedKeys(
    kind: NounKind,
    after: number,
    to: number,
    limit: number,
  ): readonly ChangedKey[] | undefined {
    const made = this.#madeKeys.all(idOf(after + 1), idOf(to + 1), kind, limit + 1);
    const ended = this.#endedKeys.all(kind, after, to, limit + 1);
    const changes = new Map<string, ChangedKey>();
    for (const row of [...made, ...ended]) {
      const change = { revision: integerOf(row, "at"), key: textOf(row, "key") };
      changes.set(`${change.revision} ${change.key}`, change);
    }
    if (changes.size > limit) return undefined;
    return [...changes.values()].sort(
      (one, other) => one.revision - other.revision || (one.key < other.key ? -1 : 1),
    );
  }
}

function idOf(revision: number): number {
  return revision * PLACES;
}

function revisionIn(row: Parameters<typeof textOf>[0]): number {
  return Math.floor(integerOf(row, "id") / PLACES);
}

const NO_LABELS: Labels = {};

export function labelsOf(value: NounValue | null): Labels {
  return value !== null && "labels" in value ? value.labels : NO_LABELS;
}

function versionOf(kind: NounKind, row: Parameters<typeof textOf>[0]): NounVersion {
  return {
    key: textOf(row, "key"),
    revision: revisionIn(row),
    until: integerOrNull(row, "until"),
    value: loadNoun(kind, textOf(row, "value")),
  };
}
