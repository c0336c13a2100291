import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { LogRecord, ReadBatch } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { SharedRecord } from "../shared-record.ts";
import type { Partition } from "./partition.ts";
import { toLogError } from "./sqlite-failure.ts";

/** A batch ends with the record that reaches this. */
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** Rows fetched at first, and at most when they are small: records of the largest size must not fill the memory. */
const FETCH_ROWS_FIRST = 8;
const FETCH_ROWS_MAX = 128;
const FETCH_BYTES = 512 * 1024;

/** Reads the table of records, as far as it is committed. */
export class RecordReads {
  readonly #select: StatementSync;
  readonly #find: StatementSync;

  constructor(database: DatabaseSync) {
    // Each column of all rows as one: a value of JavaScript for each of each costs more than the
    // search. The cast leaves the bytes as they are.
    this.#select = database.prepare(`
      SELECT
        group_concat(offset), group_concat(time),
        group_concat(octet_length(key)), CAST(group_concat(key, '') AS BLOB),
        group_concat(octet_length(value)), CAST(group_concat(value, '') AS BLOB)
      FROM (
        SELECT offset, time, key, value FROM records
        WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?
      )`);
    this.#select.setReturnArrays(true);
    this.#find = database.prepare("SELECT id FROM partitions WHERE id = ?");
  }

  /**
   * What the partition holds from `from` on, at most about `recordsMax` and `BATCH_BYTES_MAX`. Throws
   * `LogError` `unknown-topic` where records are missing because the topic was deleted, which a
   * thread learns of later than it shows in the file.
   */
  read(partition: Partition, from: number, recordsMax: number): ReadBatch {
    const batch = this.#read(partition, from, recordsMax);
    const isWhole = batch.next - from === batch.records.length;
    if (isWhole || this.#find.get(partition.id) !== undefined) return batch;
    throw new LogError("unknown-topic", "refused", "the topic was deleted");
  }

  #read(partition: Partition, from: number, recordsMax: number): ReadBatch {
    const records: LogRecord[] = [];
    let next = from;
    let bytes = 0;
    let rows = FETCH_ROWS_FIRST;
    while (records.length < recordsMax && bytes < BATCH_BYTES_MAX) {
      const limit = Math.min(rows, recordsMax - records.length);
      const before = records.length;
      const fetched = this.#fetch(partition, next, limit, records);
      const count = records.length - before;
      next = (records.at(-1)?.offset ?? next - 1) + 1;
      if (count < limit) return { records, next: Math.max(next, partition.end) };
      bytes += fetched;
      rows = Math.ceil(Math.min(FETCH_ROWS_MAX, (FETCH_BYTES / (fetched + 1)) * count));
    }
    return { records, next };
  }

  /** Adds the records from `from` on to `records`; answers how many bytes their values have. */
  #fetch(partition: Partition, from: number, limit: number, records: LogRecord[]): number {
    try {
      return unpack(this.#select.get(partition.id, from, limit), from, records);
    } catch (error) {
      throw toLogError(error, "work");
    }
  }
}

/**
 * Adds the records of a row of the select, which is an array (`setReturnArrays`); answers how many
 * bytes their values have. The values share their memory.
 */
function unpack(
  row: Record<string, SQLOutputValue> | undefined,
  from: number,
  records: LogRecord[],
): number {
  // There is no record.
  if (row?.[0] === null) return 0;
  const [offsets, times] = [numbers(row?.[0]), numbers(row?.[1])];
  const [keyBytes, keys] = [numbers(row?.[2]), bytes(row?.[3])];
  const [valueBytes, values] = [numbers(row?.[4]), bytes(row?.[5])];
  const { buffer, byteOffset } = values;
  let next = from;
  let keyFrom = 0;
  let valueFrom = 0;
  for (let at = 0; at < offsets.length; at += 1) {
    const offset = offsets[at] ?? 0;
    const length = valueBytes[at] ?? 0;
    const keyTo = keyFrom + (keyBytes[at] ?? 0);
    const isThere = keyTo <= keys.length && valueFrom + length <= values.length;
    if (offset < next || !isThere) throw noRecord();
    const key = keys.toString("utf8", keyFrom, keyTo);
    const value = new Uint8Array(buffer, byteOffset + valueFrom, length);
    records.push(new SharedRecord(key, value, offset, times[at] ?? 0));
    next = offset + 1;
    keyFrom = keyTo;
    valueFrom += length;
  }
  return values.length;
}

function numbers(list: SQLOutputValue | undefined): readonly number[] {
  const found = typeof list === "string" ? (JSON.parse(`[${list}]`) as readonly number[]) : [NaN];
  if (!found.every(Number.isSafeInteger)) throw noRecord();
  return found;
}

function bytes(content: SQLOutputValue | undefined): Buffer {
  if (!(content instanceof Uint8Array)) throw noRecord();
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

function noRecord(): LogError {
  return new LogError("corrupt", "refused", "a row of the log's file is not a record");
}
