/**
 * The log that everything is written to and read from.
 *
 * Promises (and no more, so that every adapter can keep them):
 * - Within a partition there is one order, and all readers see the same one.
 * - An acknowledged append is durable as its topic asks, and readable by all.
 * - An append that was not acknowledged may appear never, once or several times, at any later
 *   time, even after its process died.
 * - Offsets rise; they may have gaps.
 * - Compaction keeps, per key, at least the record with the highest offset.
 *
 * Left to others: order across partitions, several partitions at once, who owns what, and the
 * meaning of a record. Nothing in here knows a revision.
 */
export interface EventLog {
  /**
   * Makes the topics that are missing. One that is there with another partition count is a
   * `LogError` with code `partition-count-differs`: a count never changes.
   */
  createTopics(topics: readonly TopicSpec[]): Promise<void>;

  /** Removes topics and their records. A name that is not there is passed over. */
  deleteTopics(names: readonly string[]): Promise<void>;

  /** Every topic that exists, sorted by name. */
  topics(): Promise<readonly TopicInfo[]>;

  /**
   * Appends each batch, in order, to its partition, and answers with the offset of each batch's
   * first record if the others follow it one by one; undefined where records of others may lie
   * between them, because a large batch was stored in parts. Rejects with `LogError` (`outcome:
   * "unknown"` when part of it may have landed, `"refused"` when nothing has: unknown topic, record
   * too large, disk full).
   * Batches for different partitions are independent of each other. Values must stay as they are
   * until it settles.
   */
  append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]>;

  /**
   * Calls `onBatch` with what the partition holds from `from` on, then with what is appended,
   * until closed. The next call waits for the promise of the last. A batch may be empty and only
   * move `next` (offsets without a record). The first call comes also when there is nothing, so
   * that a reader learns that it is at the end.
   */
  subscribe(from: Position, onBatch: OnBatch, options?: SubscribeOptions): Subscription;

  /** First offset that is kept and the one the next record will get, both 0 for a new partition. */
  bounds(topic: string, partition: number): Promise<Bounds>;

  /**
   * Asks for a share of `partitions` partitions (numbered from 0) beside all others that asked
   * with the same `group`. It saves work; nothing may depend on being alone.
   */
  share(group: string, partitions: number, on: OnShare): Share;

  close(): Promise<void>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly retention: Retention;
  /** `synced`: acknowledged means on stable storage. `rebuildable`: may be lost with the machine's power. */
  readonly durability: "synced" | "rebuildable";
}

/** What is kept: all of it; what is younger than an age; the latest per key and all that is younger. */
export type Retention =
  | { readonly kind: "forever" }
  | { readonly kind: "age"; readonly ageMs: number }
  | { readonly kind: "latest"; readonly lagMs: number };

export interface TopicInfo {
  readonly name: string;
  readonly partitions: number;
}

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

export interface AppendBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly AppendRecord[];
}

export interface AppendRecord {
  /** Empty where a topic has no key. Kept in UTF-8: a lone surrogate is read as U+FFFD. */
  readonly key: string;
  readonly value: Uint8Array;
}

export interface LogRecord extends AppendRecord {
  readonly offset: number;
  /** Milliseconds since the epoch, by the log's clock; information only. */
  readonly timestampMs: number;
}

export interface ReadBatch {
  readonly records: readonly LogRecord[];
  /** The offset to go on reading from. */
  readonly next: number;
}

export type OnBatch = (batch: ReadBatch) => void | Promise<void>;

export interface SubscribeOptions {
  readonly maxRecords?: number;
  /** Records may come a few seconds late: for the many streams that are followed only to be mended. */
  readonly isRelaxed?: boolean;
  /** Called once when the subscription can not go on, with the reason; without it the process stops. */
  readonly onError?: (error: Error) => void;
}

export interface Subscription {
  /** Resolves when no further call of `onBatch` will begin and the last has ended. */
  close(): Promise<void>;
}

export interface Bounds {
  readonly start: number;
  readonly end: number;
}

export interface OnShare {
  assigned(partitions: readonly number[]): void | Promise<void>;
  revoked(partitions: readonly number[]): void | Promise<void>;
}

export interface Share {
  close(): Promise<void>;
}

/** The largest record any adapter takes: below every broker's default, with room for headers. */
export const RECORD_BYTES_MAX = 900 * 1024;
