import type { LogRecord, Retention } from "../event-log.ts";
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
  #followers: Set<Follower> | undefined;
  #behind: Set<Follower> | undefined;
  #tail: PartitionTail | undefined;

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
    this.#followers ??= new Set();
    this.#followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#followers?.delete(follower);
    if (this.#followers?.size === 0) this.#followers = undefined;
    this.caughtUp(follower);
  }

  /** Records were committed; wakes those who had read everything before. */
  committed(end: number, records: () => Iterable<LogRecord>, budget: TailBudget): void {
    this.end = end;
    if (this.#followers === undefined) return;
    this.#tail ??= new PartitionTail(budget);
    for (const record of records()) this.#tail.push(record);
    this.#behind ??= new Set();
    for (const follower of this.#followers) {
      if (this.#behind.has(follower)) continue;
      this.#behind.add(follower);
      follower.wake();
    }
  }

  /** The follower has read up to the end; when all have, the tail is of no use. */
  caughtUp(follower: Follower): void {
    this.#behind?.delete(follower);
    if (this.#behind !== undefined && this.#behind.size > 0) return;
    this.#behind = undefined;
    this.#tail?.clear();
    this.#tail = undefined;
  }

  remove(): void {
    this.removed = true;
    this.#tail?.clear();
    this.#tail = undefined;
    for (const follower of this.#followers ?? []) follower.lost();
  }
}
