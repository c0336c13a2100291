import { Delivery, type BatchSource } from "../delivery.ts";
import type {
  LogRecord,
  OnBatch,
  ReadBatch,
  SubscribeOptions,
  Subscription,
} from "../event-log.ts";
import type { ReadyQueue } from "../ready-queue.ts";
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
export class PartitionReader implements Subscription, BatchSource {
  readonly topic: string;
  readonly partition: number;
  readonly isRelaxed: boolean;
  /** The offset that it must be given next. */
  position: number;
  readonly #parts: ReaderParts;
  readonly #recordsMax: number;
  readonly #delivery: Delivery;
  #chunks: DecodedRecords[] = [];
  #bytes = 0;
  #hasTold = false;

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
    this.#recordsMax = Math.max(1, options.maxRecords ?? BATCH_RECORDS_DEFAULT);
    this.#delivery = new Delivery(parts.queue, this, onBatch, options);
    this.isRelaxed = options.isRelaxed === true;
  }

  get id(): string {
    return `${this.topic} ${this.partition}`;
  }

  get isEnded(): boolean {
    return this.#delivery.isEnded;
  }

  get hasRoom(): boolean {
    return this.#bytes < BUFFER_BYTES_MAX;
  }

  /** What was fetched from `position` or before. */
  take(fetched: DecodedRecords): void {
    if (this.isEnded || fetched.next <= this.position) return;
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
    if (this.#hasTold || !this.#delivery.isResting || this.#chunks.length > 0) return;
    this.#push({ records: [], bytes: 0, next: this.position });
  }

  close(): Promise<void> {
    return this.#delivery.close();
  }

  fail(error: unknown): void {
    this.#delivery.fail(error);
  }

  next(): ReadBatch | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    this.#hasTold = true;
    const hadRoom = this.hasRoom;
    const batch = this.#nextBatch(chunk);
    if (!hadRoom && this.hasRoom) this.#parts.hungry();
    return batch;
  }

  hasMore(): boolean {
    return this.#chunks.length > 0;
  }

  rests(): void {}

  ended(): void {
    this.#chunks = [];
    this.#parts.ended(this);
  }

  #push(chunk: DecodedRecords): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes;
    this.#delivery.wake();
  }

  /** Of the first chunk, which is taken off when it was delivered. */
  #nextBatch(chunk: DecodedRecords): ReadBatch {
    if (chunk.records.length <= this.#recordsMax) {
      this.#chunks.shift();
      this.#bytes -= chunk.bytes;
      return { records: chunk.records, next: chunk.next };
    }
    const records = chunk.records.slice(0, this.#recordsMax);
    const bytes = bytesOf(records);
    this.#chunks[0] = {
      records: chunk.records.slice(this.#recordsMax),
      bytes: Math.max(0, chunk.bytes - bytes),
      next: chunk.next,
    };
    this.#bytes -= Math.min(bytes, chunk.bytes);
    return { records, next: (records.at(-1)?.offset ?? 0) + 1 };
  }
}

function bytesOf(records: readonly LogRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
}
