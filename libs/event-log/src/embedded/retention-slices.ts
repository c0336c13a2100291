import type { Partition } from "./partition.ts";
import type { RetentionStore } from "./retention-store.ts";
import type { Transactions } from "./transactions.ts";

/** What one slice reads and deletes at most, so that appends never wait long for it. */
export const SLICE_RECORDS_MAX = 2_000;
/** Keys remembered at once; a partition with more of them is cleaned in several passes. */
const KEYS_MAX_DEFAULT = 500_000;

/**
 * The work on one partition, cut into slices: each is one transaction, and the caller lets the
 * event loop run between them. Nothing at or above the end seen at the start is touched, so fresh
 * appends are safe; whoever stops after any slice leaves a partition that is valid.
 */
export class RetentionSlices {
  readonly #store: RetentionStore;
  readonly #transactions: Transactions;
  readonly #keysMax: number;

  constructor(store: RetentionStore, transactions: Transactions, keysMax = KEYS_MAX_DEFAULT) {
    this.#keysMax = keysMax;
    this.#store = store;
    this.#transactions = transactions;
  }

  /** Deletes the oldest records up to the first that was appended after `cutMs`. */
  *expire(partition: Partition, cutMs: number): Generator<void> {
    const oldest = this.#store.from(partition.id, partition.start, 1)[0];
    if (oldest !== undefined && oldest.timestampMs > cutMs) return;
    while (!partition.removed) {
      const records = this.#store.from(partition.id, partition.start, SLICE_RECORDS_MAX);
      const firstYoung = records.find((record) => record.timestampMs > cutMs);
      const last = records.at(-1);
      const isAllRead = records.length < SLICE_RECORDS_MAX;
      const rest = isAllRead || last === undefined ? partition.end : last.offset + 1;
      const start = firstYoung?.offset ?? rest;
      if (start > partition.start) {
        this.#transactions.run("rebuildable", () => {
          this.#store.deleteBelow(partition.id, start);
          this.#store.setCleaned(partition, start, start, 0);
        });
        Object.assign(partition, { start, cleaned: start, kept: 0 });
      }
      if (firstYoung !== undefined || isAllRead) return;
      yield;
    }
  }

  /**
   * Of the records below `cut`, keeps the last of each key. What is younger is not looked at, so
   * that the state at any time in the lag can still be read (as Kafka's cleaner does).
   */
  *keepLatest(partition: Partition, cut: number): Generator<void> {
    let passFrom: number | undefined = cut;
    let kept = 0;
    while (passFrom !== undefined) {
      const pass: CleaningPass = { below: passFrom, seen: new Set(), fullAt: undefined };
      for (;;) {
        const records = this.#store.below(partition.id, pass.below, SLICE_RECORDS_MAX);
        const doomed = records.filter(({ offset, key }) =>
          isSuperseded(pass, offset, key, this.#keysMax),
        );
        this.#delete(partition, doomed);
        pass.below = records.at(-1)?.offset ?? 0;
        yield;
        if (partition.removed) return;
        if (records.length < SLICE_RECORDS_MAX) break;
      }
      kept += pass.seen.size;
      passFrom = pass.fullAt;
    }
    const start = this.#store.from(partition.id, partition.start, 1)[0]?.offset ?? partition.end;
    this.#transactions.run("rebuildable", () => {
      this.#store.setCleaned(partition, start, cut, kept);
    });
    Object.assign(partition, { start, cleaned: cut, kept });
  }

  /** Deletes what is left of the partitions of deleted topics. */
  *purgeRemoved(): Generator<void> {
    for (;;) {
      const partitions = this.#store.removedPartitions(SLICE_RECORDS_MAX);
      if (partitions.length === 0) return;
      this.#transactions.run("rebuildable", () => this.#purge(partitions));
      yield;
    }
  }

  #purge(partitions: readonly number[]): void {
    let deleted = 0;
    for (const id of partitions) {
      const records = this.#store.from(id, 0, SLICE_RECORDS_MAX);
      const last = records.at(-1);
      if (last !== undefined) this.#store.deleteBelow(id, last.offset + 1);
      if (records.length < SLICE_RECORDS_MAX) this.#store.forgetRemoved(id);
      deleted += records.length;
      if (deleted >= SLICE_RECORDS_MAX) return;
    }
  }

  #delete(partition: Partition, doomed: readonly { readonly offset: number }[]): void {
    if (doomed.length === 0) return;
    this.#transactions.run("rebuildable", () => {
      for (const { offset } of doomed) this.#store.delete(partition.id, offset);
    });
  }
}

/** One walk from `below` down to the start. When `seen` is full, another begins at `fullAt`. */
interface CleaningPass {
  below: number;
  readonly seen: Set<string>;
  fullAt: number | undefined;
}

function isSuperseded(pass: CleaningPass, offset: number, key: string, keysMax: number): boolean {
  if (pass.seen.has(key)) return true;
  if (pass.seen.size < keysMax) pass.seen.add(key);
  // Its key is not remembered any more: the next pass begins with the first such record.
  else pass.fullAt ??= offset + 1;
  return false;
}
