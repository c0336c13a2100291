import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { Partition } from "./partition.ts";
import { integer, text } from "./topic-row.ts";

interface AgedRecord {
  readonly offset: number;
  readonly timestampMs: number;
}

interface KeyedRecord extends AgedRecord {
  readonly key: string;
}

/** The statements of retention. None of them reads a value. */
export class RetentionStore {
  readonly #oldest: StatementSync;
  readonly #below: StatementSync;
  readonly #deleteOne: StatementSync;
  readonly #deleteRange: StatementSync;
  readonly #setCleaned: StatementSync;
  readonly #removed: StatementSync;
  readonly #forgetRemoved: StatementSync;

  constructor(database: DatabaseSync) {
    this.#oldest = database.prepare(`
      SELECT offset, time FROM records
      WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?`);
    this.#below = database.prepare(`
      SELECT offset, time, key FROM records
      WHERE partition = ? AND offset < ? ORDER BY offset DESC LIMIT ?`);
    this.#deleteOne = database.prepare("DELETE FROM records WHERE partition = ? AND offset = ?");
    this.#deleteRange = database.prepare("DELETE FROM records WHERE partition = ? AND offset < ?");
    this.#setCleaned = database.prepare(
      "UPDATE partitions SET start = ?, cleaned = ?, kept = ? WHERE id = ?",
    );
    this.#removed = database.prepare("SELECT partition FROM removed LIMIT ?");
    this.#forgetRemoved = database.prepare("DELETE FROM removed WHERE partition = ?");
  }

  /** The records from `from` on, rising. */
  from(partitionId: number, from: number, limit: number): readonly AgedRecord[] {
    return this.#oldest.all(partitionId, from, limit).map(toAged);
  }

  /** The records below `below`, falling. */
  below(partitionId: number, below: number, limit: number): readonly KeyedRecord[] {
    const rows = this.#below.all(partitionId, below, limit);
    return rows.map((row) => ({ ...toAged(row), key: text(row["key"]) }));
  }

  delete(partitionId: number, offset: number): void {
    this.#deleteOne.run(partitionId, offset);
  }

  deleteBelow(partitionId: number, offset: number): void {
    this.#deleteRange.run(partitionId, offset);
  }

  setCleaned(partition: Partition, start: number, cleaned: number, kept: number): void {
    this.#setCleaned.run(start, cleaned, kept, partition.id);
  }

  removedPartitions(limit: number): readonly number[] {
    return this.#removed.all(limit).map((row) => integer(row["partition"]));
  }

  forgetRemoved(partitionId: number): void {
    this.#forgetRemoved.run(partitionId);
  }
}

function toAged(row: Record<string, SQLOutputValue>): AgedRecord {
  return {
    offset: integer(row["offset"]),
    timestampMs: integer(row["time"], Number.MIN_SAFE_INTEGER),
  };
}
