import type { EventLog, Subscription } from "@titan/event-log";
import { MARK_KEY } from "@titan/processor-runtime";
import { eventually } from "../../flows/eventually.ts";

/** Whoever is slow is measured, not cut off. */
const HANG_MS = 300_000;

/** When records came to a reader of one output, over all its partitions. */
export class OutputWatch {
  /** Marks are not counted. */
  records = 0;
  /** By performance.now(). */
  lastAt = 0;
  #awaited: string | undefined;
  #seenAt: number | undefined;
  readonly #log: EventLog;
  readonly #topic: string;
  /** The offset that each partition was read up to. */
  readonly #next: number[];
  readonly #subscriptions: readonly Subscription[];

  constructor(log: EventLog, topic: string, partitions: number) {
    this.#log = log;
    this.#topic = topic;
    this.#next = Array.from({ length: partitions }, () => 0);
    this.#subscriptions = this.#next.map((_, partition) =>
      log.subscribe({ topic, partition, from: 0 }, ({ records, next }) => {
        const at = performance.now();
        this.#next[partition] = next;
        for (const { key } of records) {
          if (key === MARK_KEY) continue;
          this.records += 1;
          this.lastAt = at;
          if (key === this.#awaited) this.#seenAt ??= at;
        }
      }),
    );
  }

  /** Resolves with when the next record of this key came. */
  async arrival(key: string): Promise<number> {
    this.#seenAt = undefined;
    this.#awaited = key;
    return eventually(`a record of ${key}`, () => this.#seenAt, HANG_MS);
  }

  /** Resolves when there are so many records. */
  async reach(records: number): Promise<void> {
    await eventually(`${records} records`, () => this.records >= records, HANG_MS);
  }

  /** Resolves when all came that there is now. */
  async settled(): Promise<void> {
    for (const partition of this.#next.keys()) {
      const { end } = await this.#log.bounds(this.#topic, partition);
      const isThere = (): boolean => (this.#next[partition] ?? 0) >= end;
      await eventually(`the end of ${this.#topic}`, isThere, HANG_MS);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }
}
