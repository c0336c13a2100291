import { setImmediate as nextTurn } from "node:timers/promises";
import type { Retention as RetentionRule } from "../event-log.ts";
import type { Catalog } from "./catalog.ts";
import type { EmbeddedTopic, Partition } from "./partition.ts";
import type { RetentionSlices } from "./retention-slices.ts";
import type { RetentionStore } from "./retention-store.ts";

/** A scheduled run passes over a partition until this much of what it keeps has become old. */
const DIRTY_RATIO = 0.2;
/** Partitions looked at between two turns of the event loop. */
const LOOKED_AT_MAX = 500;

interface RetentionParts {
  readonly catalog: Catalog;
  readonly store: RetentionStore;
  readonly slices: RetentionSlices;
  readonly now: () => number;
}

/** Applies the retention of all topics, beside everything else that the process does. */
export class Retention {
  readonly #parts: RetentionParts;
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Applies it now to every partition that has something to drop. One run at a time. */
  run(kind: "full" | "scheduled"): Promise<void> {
    return this.#enqueue(() => this.#apply(kind === "full" ? 0 : DIRTY_RATIO));
  }

  /** Deletes the records of deleted topics. */
  purge(): Promise<void> {
    return this.#enqueue(() => this.#drive(this.#parts.slices.purgeRemoved()));
  }

  /** After the slice in work nothing is touched any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#last;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #apply(dirtyRatio: number): Promise<void> {
    await this.#drive(this.#parts.slices.purgeRemoved());
    let lookedAt = 0;
    for (const topic of this.#parts.catalog.all()) {
      for (const partition of topic.partitions) {
        if (this.#isStopped) return;
        await this.#drive(this.#slicesFor(topic, partition, dirtyRatio));
        lookedAt += 1;
        if (lookedAt % LOOKED_AT_MAX === 0) await nextTurn();
      }
    }
  }

  #slicesFor(topic: EmbeddedTopic, partition: Partition, dirtyRatio: number): Iterable<void> {
    if (partition.removed || partition.cleaned === partition.end) return [];
    const rule: RetentionRule = topic.retention;
    switch (rule.kind) {
      case "forever":
        return [];
      case "age":
        return this.#parts.slices.expire(partition, this.#parts.now() - rule.ageMs);
      case "latest": {
        const cut = this.#firstYoung(partition, this.#parts.now() - rule.lagMs);
        const dirty = cut - partition.cleaned;
        if (dirty <= 0 || dirty < dirtyRatio * partition.kept) return [];
        return this.#parts.slices.keepLatest(partition, cut);
      }
    }
  }

  /** By bisection: times rise with offsets, as far as the clock lets them. */
  #firstYoung(partition: Partition, cutMs: number): number {
    let low = partition.cleaned;
    let high = partition.end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = this.#parts.store.from(partition.id, middle, 1)[0];
      if (record === undefined || record.timestampMs > cutMs) high = middle;
      else low = record.offset + 1;
    }
    return low;
  }

  async #drive(slices: Iterable<void>): Promise<void> {
    if (this.#isStopped) return;
    for (const _slice of slices) {
      await nextTurn();
      if (this.#isStopped) return;
    }
  }
}
