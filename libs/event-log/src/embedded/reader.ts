import { Delivery, type BatchSource } from "../delivery.ts";
import type { OnBatch, ReadBatch, SubscribeOptions, Subscription } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { ReadyQueue } from "../ready-queue.ts";
import type { Follower, Partition } from "./partition.ts";
import { BATCH_BYTES_MAX, type RecordReads } from "./record-reads.ts";

export const BATCH_RECORDS_DEFAULT = 2_000;

/** What all readers of a log share. */
export interface ReaderParts {
  readonly reads: RecordReads;
  readonly queue: ReadyQueue;
  /** Called once, when the reader will do nothing any more. */
  readonly ended: (reader: Reader) => void;
}

/**
 * One subscription. Records that were just appended come from the partition's tail, older ones
 * from the table.
 */
export class Reader implements Subscription, Follower, BatchSource {
  readonly #parts: ReaderParts;
  readonly #recordsMax: number;
  readonly #delivery: Delivery;
  #partition: Partition | undefined;
  #position: number;
  #isFirst = true;

  constructor(parts: ReaderParts, from: number, onBatch: OnBatch, options: SubscribeOptions) {
    this.#parts = parts;
    this.#position = from;
    this.#recordsMax = Math.max(1, options.maxRecords ?? BATCH_RECORDS_DEFAULT);
    this.#delivery = new Delivery(parts.queue, this, onBatch, options);
  }

  get position(): number {
    return this.#position;
  }

  /** The partition is known. A reader that was closed before does not begin. */
  begin(partition: Partition): void {
    if (this.#delivery.isEnded) return;
    this.#partition = partition;
    partition.follow(this);
    this.#delivery.wake();
  }

  wake(): void {
    this.#delivery.wake();
  }

  lost(): void {
    this.fail(new LogError("unknown-topic", "refused", "the topic was deleted"));
  }

  close(): Promise<void> {
    return this.#delivery.close();
  }

  fail(error: unknown): void {
    this.#delivery.fail(error);
  }

  /** The first batch comes also when it is empty. */
  next(): ReadBatch | undefined {
    if (this.#partition === undefined) return undefined;
    const batch = this.#read(this.#partition);
    if (batch.next === this.#position && !this.#isFirst) return undefined;
    this.#isFirst = false;
    this.#position = batch.next;
    return batch;
  }

  hasMore(): boolean {
    return this.#partition !== undefined && this.#position < this.#partition.end;
  }

  rests(): void {
    this.#partition?.caughtUp(this);
  }

  ended(): void {
    this.#partition?.unfollow(this);
    this.#partition = undefined;
    this.#parts.ended(this);
  }

  #read(partition: Partition): ReadBatch {
    const from = this.#position;
    const records = partition.tail?.read(from, this.#recordsMax, BATCH_BYTES_MAX);
    const last = records?.at(-1);
    if (records !== undefined && last !== undefined) return { records, next: last.offset + 1 };
    return partition.readFrom(from, this.#recordsMax, () =>
      this.#parts.reads.read(partition, from, this.#recordsMax),
    );
  }
}
