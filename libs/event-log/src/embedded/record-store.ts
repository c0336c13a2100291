import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { LogRecord, ReadBatch } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { Partition } from "./partition.ts";
import { toLogError } from "./sqlite-failure.ts";

/** A batch ends with the record that reaches this. */
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** Rows fetched at a time, so that records of the largest size do not fill the memory. */
const FETCH_ROWS = 64;

/** The statements on the table of records. Reads see what is committed; writes need a transaction. */
export class RecordStore {
  readonly #insert: StatementSync;
  readonly #setNext: StatementSync;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?)");
    this.#setNext = database.prepare(`
      INSERT INTO partitions VALUES (?, 0, ?, 0, 0)
      ON CONFLICT (id) DO UPDATE SET next = excluded.next`);
    this.#select = database.prepare(`
      SELECT offset, time, key, value FROM records
      WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?`);
    this.#select.setReturnArrays(true);
  }

  insert(partition: Partition, offset: number, time: number, key: string, value: Uint8Array): void {
    this.#insert.run(partition.id, offset, time, key, value);
  }

  setNext(partition: Partition, next: number): void {
    this.#setNext.run(partition.id, next);
  }

  /** What the partition holds from `from` on, at most about `recordsMax` and `BATCH_BYTES_MAX`. */
  read(partition: Partition, from: number, recordsMax: number): ReadBatch {
    const records: LogRecord[] = [];
    let next = from;
    let bytes = 0;
    while (records.length < recordsMax && bytes < BATCH_BYTES_MAX) {
      const limit = Math.min(FETCH_ROWS, recordsMax - records.length);
      const rows = this.#fetch(partition, next, limit);
      for (const row of rows) {
        const record = toRecord(row);
        records.push(record);
        bytes += record.value.length;
        next = record.offset + 1;
      }
      if (rows.length < limit) return { records, next: Math.max(next, partition.end) };
    }
    return { records, next };
  }

  #fetch(partition: Partition, from: number, limit: number): Record<string, SQLOutputValue>[] {
    try {
      return this.#select.all(partition.id, from, limit);
    } catch (error) {
      throw toLogError(error, "work");
    }
  }
}

/** The row is an array (`setReturnArrays`), in the order of the select. */
function toRecord(row: Record<string, SQLOutputValue>): LogRecord {
  const [offset, timestampMs, key, value] = [row[0], row[1], row[2], row[3]];
  if (
    typeof offset !== "number" ||
    typeof timestampMs !== "number" ||
    typeof key !== "string" ||
    !(value instanceof Uint8Array)
  ) {
    throw new LogError("corrupt", "refused", "a row of the log's file is not a record");
  }
  return { offset, key, value, timestampMs };
}
