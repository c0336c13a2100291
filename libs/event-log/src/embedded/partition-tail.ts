import type { LogRecord } from "../event-log.ts";

/** A step of a view writes faster than several others read: what they have before them fits, if it can. */
const TAIL_RECORDS_MAX = 64_000;
const TAIL_BYTES_MAX = 32 * 1024 * 1024;
const ALL_TAILS_BYTES_MAX = 64 * 1024 * 1024;

/** What the tails of one log hold together. */
export interface TailBudget {
  bytes: number;
}

/**
 * The newest records of a partition, kept in memory while somebody who follows it has not seen
 * them, so that live delivery needs no select. Holds committed records only, without a gap up to
 * the partition's end. It may forget at any moment; the table has everything.
 */
export class PartitionTail {
  readonly #budget: TailBudget;
  #records: LogRecord[] = [];
  #bytes = 0;

  constructor(budget: TailBudget) {
    this.#budget = budget;
  }

  push(record: LogRecord): void {
    const bytes = record.value.length;
    const isFull = this.#records.length >= TAIL_RECORDS_MAX || this.#bytes + bytes > TAIL_BYTES_MAX;
    if (isFull) this.#forget(Math.ceil(this.#records.length / 2));
    if (this.#budget.bytes + bytes > ALL_TAILS_BYTES_MAX) this.clear();
    this.#records.push(record);
    this.#bytes += bytes;
    this.#budget.bytes += bytes;
  }

  /** The records from `from` on, or undefined when the tail begins later. */
  read(from: number, recordsMax: number, bytesMax: number): readonly LogRecord[] | undefined {
    const first = this.#records[0];
    if (first === undefined || from < first.offset) return undefined;
    const begin = from - first.offset;
    let end = begin;
    let bytes = 0;
    while (end < this.#records.length && end - begin < recordsMax && bytes < bytesMax) {
      bytes += this.#records[end]?.value.length ?? 0;
      end += 1;
    }
    return this.#records.slice(begin, end);
  }

  clear(): void {
    this.#forget(this.#records.length);
  }

  /** The oldest ones. */
  #forget(count: number): void {
    let bytes = 0;
    for (const { value } of this.#records.splice(0, count)) bytes += value.length;
    this.#bytes -= bytes;
    this.#budget.bytes -= bytes;
  }
}
