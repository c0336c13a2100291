import type { LogRecord, ReadBatch, Retention } from "../event-log.ts";
import { countOf, hasItem, itemsOf, withItem, withoutItem, type Few } from "./few.ts";
import { PartitionTail, type TailBudget } from "./partition-tail.ts";
import type { Durability } from "./transactions.ts";

/** Somebody who follows a partition. */
export interface Follower {
  readonly position: number;
  /** There may be something to read; called once per commit while the follower is at the end. */
  wake(): void;
  /** The partition is gone. */
  lost(): void;
}

/** Somebody who is told how far a partition goes, and reads for himself what he does not take at once. */
export interface Watcher {
  /** `records` are those that were committed now. */
  moved(partition: Partition, records: () => Iterable<LogRecord>): void;
  /** The partition is gone. */
  lost(partition: Partition): void;
}

export interface EmbeddedTopic {
  readonly name: string;
  readonly firstPartition: number;
  readonly partitions: readonly Partition[];
  retention: Retention;
  durability: Durability;
}

/** What `partitions` holds of a partition. */
interface PartitionRow {
  readonly start: number;
  readonly next: number;
  readonly cleaned: number;
  readonly kept: number;
}

/** So many batches that were read from the table are kept for other followers. */
const READS_KEPT_MAX = 2;

const NO_READS: readonly Read[] = [];

interface Read {
  readonly from: number;
  readonly batch: ReadBatch;
}

/**
 * The state of one partition in memory, equal to what is committed. Small while nobody follows it:
 * there may be 100,000 of them.
 */
export class Partition {
  readonly id: number;
  start = 0;
  end = 0;
  /** Below it retention has been applied; it left `kept` records there. */
  cleaned = 0;
  kept = 0;
  removed = false;
  #followers: Few<Follower>;
  #behind: Few<Follower>;
  #watchers: Few<Watcher>;
  #tail: PartitionTail | undefined;
  #reads: readonly Read[] = NO_READS;
  #restsSinceRead = 0;

  constructor(id: number) {
    this.id = id;
  }

  restore(row: PartitionRow): void {
    this.start = row.start;
    this.end = row.next;
    this.cleaned = row.cleaned;
    this.kept = row.kept;
  }

  get tail(): PartitionTail | undefined {
    return this.#tail;
  }

  follow(follower: Follower): void {
    this.#followers = withItem(this.#followers, follower);
  }

  unfollow(follower: Follower): void {
    this.#followers = withoutItem(this.#followers, follower);
    this.caughtUp(follower);
  }

  watch(watcher: Watcher): void {
    this.#watchers = withItem(this.#watchers, watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers = withoutItem(this.#watchers, watcher);
  }

  /** Records were committed; wakes those who had read everything before. Undefined: they are in the file only. */
  committed(
    end: number,
    records: (() => Iterable<LogRecord>) | undefined,
    budget: TailBudget,
  ): void {
    this.end = end;
    for (const watcher of itemsOf(this.#watchers)) watcher.moved(this, records ?? (() => []));
    if (this.#followers === undefined) return;
    if (records === undefined) {
      // A tail has no gaps.
      this.#tail?.clear();
    } else {
      this.#tail ??= new PartitionTail(budget);
      for (const record of records()) this.#tail.push(record);
    }
    for (const follower of itemsOf(this.#followers)) {
      if (hasItem(this.#behind, follower)) continue;
      this.#behind = withItem(this.#behind, follower);
      follower.wake();
    }
  }

  /**
   * What `read` gives from there on. Those who follow a partition from its start come to the same
   * places one soon after the other, and have what the first of them made of its records.
   */
  readFrom(from: number, recordsMax: number, read: () => ReadBatch): ReadBatch {
    const kept = this.#reads.find((one) => one.from === from);
    if (kept !== undefined && kept.batch.records.length <= recordsMax) return kept.batch;
    const batch = read();
    if (countOf(this.#followers) > 1 && batch.next > from) {
      this.#reads = [{ from, batch }, ...this.#reads].slice(0, READS_KEPT_MAX);
      this.#restsSinceRead = 0;
    }
    return batch;
  }

  /** The follower has read up to the end; when all have, the tail is of no use. */
  caughtUp(follower: Follower): void {
    this.#restsSinceRead += 1;
    if (this.#restsSinceRead >= countOf(this.#followers)) this.#reads = NO_READS;
    this.#behind = withoutItem(this.#behind, follower);
    if (this.#behind !== undefined) return;
    this.#tail?.clear();
    this.#tail = undefined;
  }

  remove(): void {
    this.removed = true;
    this.#reads = NO_READS;
    this.#tail?.clear();
    this.#tail = undefined;
    for (const follower of itemsOf(this.#followers)) follower.lost();
    for (const watcher of itemsOf(this.#watchers)) watcher.lost(this);
  }
}
