import {
  isNounKind,
  labelOf,
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

/** Every version of every noun, and the labels of those in force. */
export class NounStore {
  readonly #insert;
  readonly #end;
  readonly #label;
  readonly #unlabel;
  readonly #versionAt;
  readonly #revisionsOf;
  readonly #currentKeys;
  readonly #labelledKeys;
  readonly #versionsAt;
  readonly #changedKeys;
  readonly #all;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      "INSERT INTO noun (kind, key, revision, value) VALUES (?, ?, ?, ?)",
    );
    this.#end = database.prepare(
      "UPDATE noun SET until = ? WHERE kind = ? AND key = ? AND until IS NULL",
    );
    this.#label = database.prepare("INSERT OR REPLACE INTO noun_label VALUES (?, ?, ?, ?)");
    this.#unlabel = database.prepare(
      "DELETE FROM noun_label WHERE kind = ? AND label = ? AND value = ? AND key = ?",
    );
    this.#versionAt = database.prepare(
      `SELECT key, revision, until, value FROM noun WHERE kind = ? AND key = ? AND revision <= ?
        ORDER BY revision DESC LIMIT 1`,
    );
    this.#revisionsOf = database.prepare(
      `SELECT revision AS at FROM noun WHERE kind = ? AND key = ? AND revision >= ?
        UNION SELECT until AS at FROM noun WHERE kind = ? AND key = ? AND until >= ?
        ORDER BY at LIMIT ?`,
    );
    this.#currentKeys = database.prepare(
      `SELECT key FROM noun WHERE kind = ? AND until IS NULL AND key >= ? AND key < ?
        ORDER BY key`,
    );
    this.#labelledKeys = database.prepare(
      `SELECT key FROM noun_label WHERE kind = ? AND label = ? AND value = ?
        AND key >= ? AND key < ? ORDER BY key`,
    );
    this.#versionsAt = database.prepare(
      `SELECT key, revision, until, value FROM noun WHERE kind = ? AND key >= ? AND key < ?
        AND revision <= ? AND (until IS NULL OR until > ?) ORDER BY key`,
    );
    this.#changedKeys = database.prepare(
      `SELECT revision AS at, key FROM noun WHERE revision > ? AND revision <= ? AND kind = ?
        UNION SELECT until AS at, key FROM noun WHERE until > ? AND until <= ? AND kind = ?
        ORDER BY at, key LIMIT ?`,
    );
    this.#all = database.prepare(
      "SELECT kind, key, revision, value FROM noun WHERE until IS NULL ORDER BY revision, id",
    );
  }

  /** Takes over the events of one counted commit. */
  apply({ revision, events }: Commit): void {
    for (const { kind, key, previous, current } of events) {
      if (!isNounKind(kind)) throw new TypeError(`no noun is of kind ${kind}`);
      const labelsBefore = labelsOf(previous);
      const labelsAfter = labelsOf(current);
      if (previous !== null) this.#end.run(revision, kind, key);
      if (current !== null) this.#insert.run(kind, key, revision, storeNoun(kind, current));
      for (const [label, value] of Object.entries(labelsBefore)) {
        if (labelOf(labelsAfter, label) !== value) this.#unlabel.run(kind, label, value, key);
      }
      for (const [label, value] of Object.entries(labelsAfter)) {
        if (labelOf(labelsBefore, label) !== value) this.#label.run(kind, label, value, key);
      }
    }
  }

  /** What is in force, into a world. */
  loadInto(world: World): void {
    for (const row of this.#all.iterate()) {
      const kind = textOf(row, "kind");
      if (!isNounKind(kind)) continue;
      const value = loadNoun(kind, textOf(row, "value"));
      world.put(kind, textOf(row, "key"), value, integerOf(row, "revision"));
    }
  }

  /** The value that was in force at a revision. */
  at(kind: NounKind, key: string, revision: number): NounVersion | undefined {
    const row = this.#versionAt.get(kind, key, revision);
    if (row === undefined) return undefined;
    const until = integerOrNull(row, "until");
    return until !== null && until <= revision ? undefined : versionOf(kind, row);
  }

  /** The revisions from `from` on that made, altered or deleted an object; lowest first. */
  revisionsOf(kind: NounKind, key: string, from: number, limit: number): readonly number[] {
    const rows = this.#revisionsOf.all(kind, key, from, kind, key, from, limit);
    return rows.map((row) => integerOf(row, "at"));
  }

  /** Keys in force, in order; with a label only those that have it with this value. */
  *keys(
    kind: NounKind,
    range: KeyRange,
    label?: { readonly name: string; readonly value: string },
  ): Generator<string> {
    const rows =
      label === undefined
        ? this.#currentKeys.iterate(kind, range.from, range.to)
        : this.#labelledKeys.iterate(kind, label.name, label.value, range.from, range.to);
    for (const row of rows) yield textOf(row, "key");
  }

  /** What was in force at a revision, in the order of keys. */
  *versionsAt(kind: NounKind, range: KeyRange, revision: number): Generator<NounVersion> {
    const rows = this.#versionsAt.iterate(kind, range.from, range.to, revision, revision);
    for (const row of rows) yield versionOf(kind, row);
  }

  /** Which keys of a kind changed at which revisions above `after`, up to `to`; lowest first. */
  changedKeys(
    kind: NounKind,
    after: number,
    to: number,
    limit: number,
  ): readonly { readonly revision: number; readonly key: string }[] {
    return this.#changedKeys
      .all(after, to, kind, after, to, kind, limit)
      .map((row) => ({ revision: integerOf(row, "at"), key: textOf(row, "key") }));
  }
}

const NO_LABELS: Labels = {};

export function labelsOf(value: NounValue | null): Labels {
  return value !== null && "labels" in value ? value.labels : NO_LABELS;
}

function versionOf(kind: NounKind, row: Parameters<typeof textOf>[0]): NounVersion {
  return {
    key: textOf(row, "key"),
    revision: integerOf(row, "revision"),
    until: integerOrNull(row, "until"),
    value: loadNoun(kind, textOf(row, "value")),
  };
}
