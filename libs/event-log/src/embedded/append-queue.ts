import type { AppendBatch, AppendRecord, LogRecord } from "../event-log.ts";
import { RECORD_BYTES_MAX } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { Catalog } from "./catalog.ts";
import type { Partition } from "./partition.ts";
import type { TailBudget } from "./partition-tail.ts";
import type { RecordWriter } from "./record-writer.ts";
import type { Durability, Transactions } from "./transactions.ts";
import { SharedRecord } from "../shared-record.ts";

/** What waits for the next transaction; an append that would exceed it commits at once. */
const PENDING_BYTES_MAX = 32 * 1024 * 1024;

interface PendingBatch {
  readonly partition: Partition;
  readonly records: readonly AppendRecord[];
}

interface PendingAppend {
  readonly batches: readonly PendingBatch[];
  readonly resolve: (offsets: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

interface AppendQueueParts {
  readonly catalog: Catalog;
  readonly transactions: Transactions;
  readonly writer: RecordWriter;
  readonly now: () => number;
}

/**
 * Group commit: all appends of one turn of the event loop share a transaction, in the order of the
 * calls. It is synced when one of them is for a topic that asks for it. They are acknowledged
 * after the commit, or all rejected with the reason for which it failed.
 *
 * Values that are not ours are copied when `add` is called, so callers may reuse their buffers.
 */
export class AppendQueue {
  readonly #parts: AppendQueueParts;
  readonly #tails: TailBudget = { bytes: 0 };
  #pending: PendingAppend[] = [];
  #pendingBytes = 0;
  #durability: Durability = "rebuildable";

  constructor(parts: AppendQueueParts) {
    this.#parts = parts;
  }

  add(
    batches: readonly AppendBatch[],
    values: "theirs" | "ours" = "theirs",
  ): Promise<readonly number[]> {
    const pending = batches.map((batch) => {
      const { topic, partition: number } = batch;
      const partition = this.#parts.catalog.partition(topic, number);
      return { topic, partition, bytes: checkedBytes(batch), records: batch.records };
    });
    const copied = pending.map(({ topic, partition, records, bytes }) => {
      if (this.#parts.catalog.find(topic)?.durability === "synced") this.#durability = "synced";
      this.#pendingBytes += bytes;
      return { partition, records: values === "ours" ? records : copy(records, bytes) };
    });
    return new Promise((resolve, reject) => {
      this.#pending.push({ batches: copied, resolve, reject });
      if (this.#pending.length === 1) setImmediate(() => this.flush());
      if (this.#pendingBytes > PENDING_BYTES_MAX) this.flush();
    });
  }

  /** Commits what is pending now. */
  flush(): void {
    const appends = this.#pending;
    const durability = this.#durability;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#durability = "rebuildable";
    if (appends.length === 0) return;
    const group = new AppendGroup(this.#parts.writer, this.#parts.now());
    let offsets: readonly (readonly number[])[];
    try {
      offsets = this.#parts.transactions.run(durability, () => {
        const firsts = appends.map(({ batches }) => batches.map((batch) => group.insert(batch)));
        group.setEnds();
        return firsts;
      });
    } catch (error) {
      for (const append of appends) append.reject(error);
      return;
    }
    group.publish(this.#tails);
    for (const [index, append] of appends.entries()) append.resolve(offsets[index] ?? []);
  }
}

/** The batches of one transaction, per partition. */
class AppendGroup {
  readonly #writer: RecordWriter;
  readonly #timestampMs: number;
  readonly #touched = new Map<Partition, { end: number; readonly batches: Placed[] }>();

  constructor(writer: RecordWriter, timestampMs: number) {
    this.#writer = writer;
    this.#timestampMs = Math.trunc(timestampMs);
  }

  /** Answers with the offset of the first record. */
  insert({ partition, records }: PendingBatch): number {
    let touched = this.#touched.get(partition);
    if (touched === undefined) {
      touched = { end: partition.end, batches: [] };
      this.#touched.set(partition, touched);
    }
    const first = touched.end;
    this.#writer.insert(partition, first, this.#timestampMs, records);
    touched.end += records.length;
    touched.batches.push({ first, records });
    return first;
  }

  setEnds(): void {
    for (const [partition, { end }] of this.#touched) {
      if (end > partition.end) this.#writer.setNext(partition, end);
    }
  }

  publish(tails: TailBudget): void {
    for (const [partition, { end, batches }] of this.#touched) {
      if (end > partition.end) partition.committed(end, () => this.#records(batches), tails);
    }
  }

  *#records(batches: readonly Placed[]): Generator<LogRecord> {
    for (const { first, records } of batches) {
      let offset = first;
      for (const { key, value } of records) {
        yield new SharedRecord(key, value, offset, this.#timestampMs);
        offset += 1;
      }
    }
  }
}

interface Placed {
  readonly first: number;
  readonly records: readonly AppendRecord[];
}

/** The bytes of the batch's values; refuses a record that is too large. */
function checkedBytes({ topic, records }: AppendBatch): number {
  let total = 0;
  for (const { key, value } of records) {
    // A character takes at most three bytes, so that keys are rarely measured.
    if (value.length + key.length * 3 > RECORD_BYTES_MAX) {
      const bytes = value.length + Buffer.byteLength(key);
      if (bytes > RECORD_BYTES_MAX) {
        const sizes = `${bytes} bytes, ${RECORD_BYTES_MAX} are allowed`;
        throw new LogError("record-too-large", "refused", `a record for ${topic} has ${sizes}`);
      }
    }
    total += value.length;
  }
  return total;
}

function copy(records: readonly AppendRecord[], bytes: number): readonly AppendRecord[] {
  const copies = new Uint8Array(bytes);
  let begin = 0;
  return records.map(({ key, value }) => {
    copies.set(value, begin);
    const end = begin + value.length;
    // As the file keeps it: those who read it from the memory are not to see another.
    const record = { key: key.toWellFormed(), value: copies.subarray(begin, end) };
    begin = end;
    return record;
  });
}
