import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { AppendRecord } from "../event-log.ts";
import type { Partition } from "./partition.ts";

/** Rows of one statement, and what their values may take: the statement keeps them until its next run. */
const INSERT_ROWS = 64;
const INSERT_BYTES_MAX = 1024 * 1024;

/** Writes into the table of records; needs a transaction. */
export class RecordWriter {
  readonly #insertOne: StatementSync;
  readonly #insertMany: StatementSync;
  readonly #setNext: StatementSync;

  constructor(database: DatabaseSync) {
    const rows = (count: number): string => Array(count).fill("(?, ?, ?, ?, ?)").join();
    this.#insertOne = database.prepare(`INSERT INTO records VALUES ${rows(1)}`);
    this.#insertMany = database.prepare(`INSERT INTO records VALUES ${rows(INSERT_ROWS)}`);
    this.#setNext = database.prepare(`
      INSERT INTO partitions VALUES (?, 0, ?, 0, 0)
      ON CONFLICT (id) DO UPDATE SET next = excluded.next`);
  }

  /** The first has the offset `first`, the others follow. */
  insert(
    partition: Partition,
    first: number,
    time: number,
    records: readonly AppendRecord[],
  ): void {
    let at = 0;
    for (; at + INSERT_ROWS <= records.length; at += INSERT_ROWS) {
      this.#insertRows(partition, first + at, time, records.slice(at, at + INSERT_ROWS));
    }
    this.#insertEach(partition, first + at, time, records.slice(at));
  }

  #insertRows(
    partition: Partition,
    first: number,
    time: number,
    records: readonly AppendRecord[],
  ): void {
    const row: SQLInputValue[] = [];
    let bytes = 0;
    let offset = first;
    for (const { key, value } of records) {
      row.push(partition.id, offset, time, key, value);
      bytes += value.length;
      offset += 1;
    }
    if (bytes <= INSERT_BYTES_MAX) this.#insertMany.run(...row);
    else this.#insertEach(partition, first, time, records);
  }

  #insertEach(
    partition: Partition,
    first: number,
    time: number,
    records: readonly AppendRecord[],
  ): void {
    let offset = first;
    for (const { key, value } of records) {
      this.#insertOne.run(partition.id, offset, time, key, value);
      offset += 1;
    }
  }

  setNext(partition: Partition, next: number): void {
    this.#setNext.run(partition.id, next);
  }
}
