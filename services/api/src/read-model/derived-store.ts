import type { DatabaseSync } from "node:sqlite";
import { HostsAndTargets } from "@titan/processor-runtime";
import { integerOf, textOf, type Row } from "./columns.ts";
import type { DerivedRow, StoredStream } from "./derived-stream.ts";
import { keysBelow } from "./key-ranges.ts";

/** A derived record that is, or was, in force. */
export interface DerivedVersion {
  readonly key: string;
  readonly deployment: string;
  /** The cut from which on it is in force here. */
  readonly cut: number;
  /** The label of its record. */
  readonly label: number;
  readonly changeId: string;
  readonly hash: string;
  /** JSON. */
  readonly value: string;
}

/**
 * The derived records in force at each cut that this replica followed, and which targets select which
 * hosts at the last.
 */
export class DerivedStore {
  /** In memory alone: every start reads all of it anyway, and there are ten times as many as hosts. */
  readonly #memberships = new HostsAndTargets();
  readonly #insert;
  readonly #end;
  readonly #erase;
  readonly #current;
  readonly #currentBelow;
  readonly #versionAt;
  readonly #versionsBelow;
  readonly #ofDeployment;
  readonly #changedBelow;
  readonly #insertCut;
  readonly #cutAt;
  readonly #cutBefore;
  readonly #eraseHistory;
  readonly #eraseCuts;
  readonly #cutBeforeTime;
  readonly #forget;
  readonly #forgetCuts;

  constructor(database: DatabaseSync) {
    const columns = "key, deployment, cut, label, change, hash, value";
    this.#insert = database.prepare(
      `INSERT INTO derived (stream, key, deployment, host, created, host_created, cut,
        label, change, hash, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#end = database.prepare(
      "UPDATE derived SET until = ? WHERE stream = ? AND key = ? AND until IS NULL",
    );
    this.#erase = database.prepare(
      "DELETE FROM derived WHERE stream = ? AND key = ? AND until IS NULL",
    );
    this.#current = database.prepare(
      `SELECT ${columns} FROM derived WHERE stream = ? AND key = ? AND until IS NULL`,
    );
    this.#currentBelow = database.prepare(
      `SELECT ${columns} FROM derived WHERE stream = ? AND key >= ? AND key < ?
        AND until IS NULL ORDER BY key`,
    );
    this.#versionAt = database.prepare(
      `SELECT ${columns} FROM derived WHERE stream = ? AND key = ? AND cut <= ?
        AND (until IS NULL OR until > ?)`,
    );
    this.#versionsBelow = database.prepare(
      `SELECT ${columns} FROM derived WHERE stream = ? AND key >= ? AND key < ? AND cut <= ?
        AND (until IS NULL OR until > ?) ORDER BY key`,
    );
    this.#ofDeployment = database.prepare(
      `SELECT ${columns} FROM derived WHERE deployment = ? AND deployment <> '' AND stream = ?
        AND until IS NULL ORDER BY key`,
    );
    this.#changedBelow = database.prepare(
      `SELECT DISTINCT key, deployment FROM derived WHERE stream = ? AND key >= ? AND key < ?
        AND (cut > ? OR until > ?) ORDER BY key`,
    );
    this.#insertCut = database.prepare("INSERT OR REPLACE INTO cut VALUES (?, ?)");
    this.#cutAt = database.prepare("SELECT stepped_at FROM cut WHERE revision >= ? LIMIT 1");
    this.#cutBefore = database.prepare(
      "SELECT max(revision) AS revision FROM cut WHERE revision <= ?",
    );
    this.#eraseHistory = database.prepare("DELETE FROM derived WHERE until IS NOT NULL");
    this.#eraseCuts = database.prepare("DELETE FROM cut");
    this.#cutBeforeTime = database.prepare(
      "SELECT max(revision) AS revision FROM cut WHERE stepped_at < ?",
    );
    this.#forget = database.prepare("DELETE FROM derived WHERE until <= ?");
    this.#forgetCuts = database.prepare("DELETE FROM cut WHERE revision < ?");
  }

  current(stream: StoredStream, key: string): DerivedVersion | undefined {
    return versionOf(this.#current.get(stream, key));
  }

  /** What is in force with keys `prefix/…`. */
  currentBelow(stream: StoredStream, prefix: string): readonly DerivedVersion[] {
    const { from, to } = keysBelow(prefix);
    return this.#currentBelow.all(stream, from, to).flatMap((row) => versionOf(row) ?? []);
  }

  /** In the order of keys, from `from` on, below `to`. */
  *inRange(
    stream: StoredStream,
    from: string,
    to: string,
    cut?: number,
  ): Generator<DerivedVersion> {
    const rows =
      cut === undefined
        ? this.#currentBelow.iterate(stream, from, to)
        : this.#versionsBelow.iterate(stream, from, to, cut, cut);
    for (const row of rows) {
      const version = versionOf(row);
      if (version !== undefined) yield version;
    }
  }

  at(stream: StoredStream, key: string, cut: number): DerivedVersion | undefined {
    return versionOf(this.#versionAt.get(stream, key, cut, cut));
  }

  ofDeployment(stream: StoredStream, deployment: string): readonly DerivedVersion[] {
    return this.#ofDeployment.all(deployment, stream).flatMap((row) => versionOf(row) ?? []);
  }

  /** Keys `prefix/…` that came, changed or went after a cut. */
  changedBelow(stream: StoredStream, prefix: string, after: number): readonly string[] {
    const { from, to } = keysBelow(prefix);
    return this.#changedBelow.all(stream, from, to, after, after).map((row) => textOf(row, "key"));
  }

  hostsOfTarget(target: string): readonly string[] {
    return [...this.#memberships.hostsOf(target)].sort();
  }

  hostCountOfTarget(target: string): number {
    return this.#memberships.countOf(target);
  }

  /** Sorted. */
  targetsOfHost(host: string): readonly string[] {
    return this.#memberships.targetsOf(host).sort();
  }

  /** Hosts that are in any target, in no order. */
  hostsWithTargets(): Iterable<string> {
    return this.#memberships.hosts();
  }

  /** All targets of a host from now on. */
  setTargets(host: string, targets: readonly string[]): void {
    this.#memberships.putTargets(host, { targets });
  }

  /** The value from this cut on. */
  put(
    stream: StoredStream,
    key: string,
    row: DerivedRow,
    from: { readonly cut: number; readonly label: number; readonly changeId: string },
  ): DerivedVersion {
    const { cut, label, changeId } = from;
    const { deployment, host, created, hostCreated, hash, value } = row;
    this.#insert.run(
      stream,
      key,
      deployment,
      host,
      created,
      hostCreated,
      cut,
      label,
      changeId,
      hash,
      value,
    );
    return { key, deployment, cut, label, changeId, hash, value };
  }

  /** Not in force any more from this cut on. Without a cut it never was. */
  end(stream: StoredStream, { key }: DerivedVersion, cut: number | undefined): void {
    if (cut === undefined) this.#erase.run(stream, key);
    else this.#end.run(cut, stream, key);
  }

  addCut(revision: number, steppedAt: number): void {
    this.#insertCut.run(revision, steppedAt);
  }

  /** When this replica reached a revision; undefined while it has not, or did before its history. */
  reachedAt(revision: number): number | undefined {
    const row = this.#cutAt.get(revision);
    return row === undefined ? undefined : integerOf(row, "stepped_at");
  }

  /** The highest cut at or below a revision. */
  cutAtOrBelow(revision: number): number | undefined {
    const row = this.#cutBefore.get(revision);
    return row === undefined || row["revision"] === null ? undefined : integerOf(row, "revision");
  }

  /** Forgets what was in force only before a time; answers the cut at which history begins now. */
  forgetBefore(timeMs: number): number | undefined {
    const row = this.#cutBeforeTime.get(timeMs);
    if (row === undefined || row["revision"] === null) return undefined;
    const cut = integerOf(row, "revision");
    this.#forget.run(cut);
    this.#forgetCuts.run(cut);
    return cut;
  }

  eraseHistory(): void {
    this.#eraseHistory.run();
    this.#eraseCuts.run();
  }
}

function versionOf(row: Row | undefined): DerivedVersion | undefined {
  if (row === undefined) return undefined;
  return {
    key: textOf(row, "key"),
    deployment: textOf(row, "deployment"),
    cut: integerOf(row, "cut"),
    label: integerOf(row, "label"),
    changeId: textOf(row, "change"),
    hash: textOf(row, "hash"),
    value: textOf(row, "value"),
  };
}
