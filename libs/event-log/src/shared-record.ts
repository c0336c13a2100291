import type { LogRecord } from "./event-log.ts";

/**
 * A record that a log hands to several readers of one process. What the first of them makes of it
 * stays with it for the others, and goes with it. A copy of the record begins without.
 */
export class SharedRecord implements LogRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly offset: number;
  readonly timestampMs: number;
  #reading: unknown;

  constructor(key: string, value: Uint8Array, offset: number, timestampMs: number) {
    this.key = key;
    this.value = value;
    this.offset = offset;
    this.timestampMs = timestampMs;
  }

  /** What `read` makes of a record, which is worked out once for each that is shared. */
  static reading<Reading>(record: LogRecord, read: (record: LogRecord) => Reading): Reading {
    if (!(#reading in record)) return read(record);
    record.#reading ??= read(record);
    return record.#reading as Reading;
  }
}
