import type { OnBatch, ReadBatch, SubscribeOptions } from "./event-log.ts";
import type { Ready, ReadyQueue } from "./ready-queue.ts";

/** What a subscription delivers. */
export interface BatchSource {
  /** The next batch, or undefined when there is none now; what it throws ends the subscription. */
  next(): ReadBatch | undefined;
  /** Whether there is more already; asked when a batch was delivered. */
  hasMore(): boolean;
  /** There was no more: nothing is delivered until `wake`. */
  rests(): void;
  /** Called once, when nothing will be delivered any more. */
  ended(): void;
}

/**
 * Calls `onBatch` of one subscription, one call at a time, when its turn comes. It is either at rest, or
 * in the queue, or in its call, or ended: by `close`, or by what the source or `onBatch` throws.
 */
export class Delivery implements Ready {
  readonly #queue: ReadyQueue;
  readonly #source: BatchSource;
  readonly #onBatch: OnBatch;
  readonly #onError: SubscribeOptions["onError"];
  #state: "resting" | "queued" | "calling" | "ended" = "resting";
  #call: Promise<void> | undefined;

  constructor(
    queue: ReadyQueue,
    source: BatchSource,
    onBatch: OnBatch,
    { onError }: SubscribeOptions,
  ) {
    this.#queue = queue;
    this.#source = source;
    this.#onBatch = onBatch;
    this.#onError = onError;
  }

  get isResting(): boolean {
    return this.#state === "resting";
  }

  get isEnded(): boolean {
    return this.#state === "ended";
  }

  /** There is something to deliver. */
  wake(): void {
    if (this.#state !== "resting") return;
    this.#state = "queued";
    this.#queue.add(this);
  }

  turn(): number {
    if (this.#state !== "queued") return 0;
    this.#state = "calling";
    try {
      const batch = this.#source.next();
      const answer = batch === undefined ? undefined : this.#onBatch(batch);
      if (answer === undefined) this.#rest();
      else this.#call = answer.then(() => this.#rest()).catch((error: unknown) => this.fail(error));
      return batch?.records.length ?? 0;
    } catch (error) {
      this.fail(error);
      return 0;
    }
  }

  /** Resolves when no call is under way, and none will begin. */
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
      if (this.#onError === undefined) throw reason;
      this.#onError(reason);
    });
  }

  #rest(): void {
    this.#call = undefined;
    if (this.#state === "ended") return;
    this.#state = "resting";
    if (this.#source.hasMore()) this.wake();
    else this.#source.rests();
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#source.ended();
  }
}
