import type { OnBatch, ReadBatch, SubscribeOptions, Subscription } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { Follower, Partition } from "./partition.ts";
import type { Ready, ReadyQueue } from "../ready-queue.ts";
import { BATCH_BYTES_MAX, type RecordStore } from "./record-store.ts";

export const BATCH_RECORDS_DEFAULT = 2_000;

interface ReaderParts {
  readonly store: RecordStore;
  readonly queue: ReadyQueue;
  /** Called once, when the reader will do nothing any more. */
  readonly ended: (reader: Reader) => void;
}

/**
 * One subscription. It is either in the queue, or in its `onBatch`, or at the end of the partition
 * and asleep. Records that were just appended come from the partition's tail, older ones from
 * the table.
 */
export class Reader implements Subscription, Follower, Ready {
  readonly #parts: ReaderParts;
  readonly #onBatch: OnBatch;
  readonly #options: SubscribeOptions;
  #partition: Partition | undefined;
  #position: number;
  #state: "queued" | "calling" | "asleep" | "ended" = "asleep";
  #isFirst = true;
  #call: Promise<void> | undefined;

  constructor(parts: ReaderParts, from: number, onBatch: OnBatch, options: SubscribeOptions) {
    this.#parts = parts;
    this.#position = from;
    this.#onBatch = onBatch;
    this.#options = options;
  }

  get position(): number {
    return this.#position;
  }

  begin(partition: Partition): void {
    this.#partition = partition;
    partition.follow(this);
    this.#enqueue();
  }

  wake(): void {
    if (this.#state === "asleep") this.#enqueue();
  }

  lost(): void {
    this.fail(new LogError("unknown-topic", "refused", "the topic was deleted"));
  }

  turn(): number {
    if (this.#state !== "queued" || this.#partition === undefined) return 0;
    let batch: ReadBatch;
    try {
      batch = this.#read(this.#partition);
    } catch (error) {
      this.fail(error);
      return 0;
    }
    if (batch.next === this.#position && !this.#isFirst) {
      this.#afterCall();
      return 0;
    }
    this.#isFirst = false;
    this.#position = batch.next;
    this.#deliver(batch);
    return batch.records.length;
  }

  async close(): Promise<void> {
    this.#end();
    await this.#call;
  }

  /** Ends the subscription and says why, in a turn of the event loop of its own. */
  fail(error: unknown): void {
    if (this.#state === "ended") return;
    this.#end();
    const reason =
      error instanceof Error ? error : new Error("a subscription failed", { cause: error });
    setImmediate(() => {
      if (this.#options.onError === undefined) throw reason;
      this.#options.onError(reason);
    });
  }

  #read(partition: Partition): ReadBatch {
    const from = this.#position;
    const recordsMax = Math.max(1, this.#options.maxRecords ?? BATCH_RECORDS_DEFAULT);
    const records = partition.tail?.read(from, recordsMax, BATCH_BYTES_MAX);
    const last = records?.at(-1);
    if (records !== undefined && last !== undefined) return { records, next: last.offset + 1 };
    return this.#parts.store.read(partition, from, recordsMax);
  }

  #deliver(batch: ReadBatch): void {
    this.#state = "calling";
    let answer: void | Promise<void>;
    try {
      answer = this.#onBatch(batch);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (answer === undefined) {
      this.#afterCall();
      return;
    }
    this.#call = answer.then(
      () => this.#afterCall(),
      (error: unknown) => this.fail(error),
    );
  }

  #afterCall(): void {
    this.#call = undefined;
    if (this.#state === "ended" || this.#partition === undefined) return;
    if (this.#position < this.#partition.end) {
      this.#enqueue();
    } else {
      this.#state = "asleep";
      this.#partition.caughtUp(this);
    }
  }

  #enqueue(): void {
    this.#state = "queued";
    this.#parts.queue.add(this);
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#partition?.unfollow(this);
    this.#partition = undefined;
    this.#parts.ended(this);
  }
}
