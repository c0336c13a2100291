import type {
  LogRecord,
  OnBatch,
  ReadBatch,
  SubscribeOptions,
  Subscription,
} from "../event-log.ts";
import type { Ready, ReadyQueue } from "../ready-queue.ts";
import type { DecodedRecords } from "./record-batch.ts";

const BATCH_RECORDS_DEFAULT = 2_000;
/** A reader that has so much to deliver gets no more. */
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;

interface ReaderParts {
  readonly queue: ReadyQueue;
  /** The reader has room again. */
  readonly hungry: () => void;
  /** Called once, when the reader will do nothing any more. */
  readonly ended: (reader: PartitionReader) => void;
}

/**
 * One subscription: takes what was fetched and delivers it, one call at a time. Whoever fetches
 * gives each record once and in order; what lies below `position` is passed over.
 */
export class PartitionReader implements Subscription, Ready {
  readonly topic: string;
  readonly partition: number;
  readonly isRelaxed: boolean;
  /** The offset that it must be given next. */
  position: number;
  readonly #parts: ReaderParts;
  readonly #onBatch: OnBatch;
  readonly #options: SubscribeOptions;
  #chunks: DecodedRecords[] = [];
  #bytes = 0;
  #state: "idle" | "queued" | "calling" | "ended" = "idle";
  #hasTold = false;
  #call: Promise<void> | undefined;

  constructor(
    parts: ReaderParts,
    from: { readonly topic: string; readonly partition: number; readonly from: number },
    onBatch: OnBatch,
    options: SubscribeOptions,
  ) {
    this.#parts = parts;
    this.topic = from.topic;
    this.partition = from.partition;
    this.position = from.from;
    this.#onBatch = onBatch;
    this.#options = options;
    this.isRelaxed = options.isRelaxed === true;
  }

  get id(): string {
    return `${this.topic} ${this.partition}`;
  }

  get isEnded(): boolean {
    return this.#state === "ended";
  }

  get hasRoom(): boolean {
    return this.#bytes < BUFFER_BYTES_MAX;
  }

  /** What was fetched from `position` or before. */
  take(fetched: DecodedRecords): void {
    if (this.#state === "ended" || fetched.next <= this.position) return;
    const from = this.position;
    const first = fetched.records[0];
    const records =
      first === undefined || first.offset >= from
        ? fetched.records
        : fetched.records.filter(({ offset }) => offset >= from);
    this.position = fetched.next;
    this.#push({ records, bytes: fetched.bytes, next: fetched.next });
  }

  /** There is nothing before the end: the reader hears that once. */
  atEnd(): void {
    if (this.#hasTold || this.#state !== "idle" || this.#chunks.length > 0) return;
    this.#push({ records: [], bytes: 0, next: this.position });
  }

  turn(): number {
    if (this.#state !== "queued") return 0;
    const batch = this.#nextBatch();
    if (batch === undefined) {
      this.#state = "idle";
      return 0;
    }
    this.#hasTold = true;
    this.#state = "calling";
    let answer: void | Promise<void>;
    try {
      answer = this.#onBatch(batch);
    } catch (error) {
      this.fail(error);
      return 0;
    }
    if (answer === undefined) {
      this.#afterCall();
    } else {
      this.#call = answer.then(
        () => this.#afterCall(),
        (error: unknown) => this.fail(error),
      );
    }
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

  #push(chunk: DecodedRecords): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes;
    if (this.#state === "idle") this.#enqueue();
  }

  #nextBatch(): ReadBatch | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    const hadRoom = this.hasRoom;
    const most = Math.max(1, this.#options.maxRecords ?? BATCH_RECORDS_DEFAULT);
    let batch: ReadBatch = { records: chunk.records, next: chunk.next };
    if (chunk.records.length > most) {
      const records = chunk.records.slice(0, most);
      batch = { records, next: (records.at(-1)?.offset ?? 0) + 1 };
      const bytes = bytesOf(records);
      this.#chunks[0] = {
        records: chunk.records.slice(most),
        bytes: Math.max(0, chunk.bytes - bytes),
        next: chunk.next,
      };
      this.#bytes -= Math.min(bytes, chunk.bytes);
    } else {
      this.#chunks.shift();
      this.#bytes -= chunk.bytes;
    }
    if (!hadRoom && this.hasRoom) this.#parts.hungry();
    return batch;
  }

  #afterCall(): void {
    this.#call = undefined;
    if (this.#state === "ended") return;
    if (this.#chunks.length > 0) this.#enqueue();
    else this.#state = "idle";
  }

  #enqueue(): void {
    this.#state = "queued";
    this.#parts.queue.add(this);
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#chunks = [];
    this.#parts.ended(this);
  }
}

function bytesOf(records: readonly LogRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
}
