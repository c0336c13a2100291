import type { AppendRecord, EventLog } from "@titan/event-log";
import type { Clock } from "./clock.ts";
import { isUnknownTopic } from "./follow-own-stream.ts";
import type { OwnStream } from "./own-stream.ts";
import { appendPersistently, type OnHold } from "./persistent-append.ts";

export interface StreamAppenderOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly onHold: OnHold;
  /** Whether a topic may go away and be made anew; otherwise one that is gone is an error. */
  readonly mayBeLost: boolean;
}

/** One append holds at most about so many bytes of records. */
const APPEND_BYTES_MAX = 4 * 1024 * 1024;
/** So often topics may turn out to be gone during one append. */
const TRIES_MAX = 10;

/** Collects records for many streams and appends them together. */
export class StreamAppender {
  readonly #options: StreamAppenderOptions;
  readonly #batches = new Map<OwnStream, AppendRecord[]>();
  #bytes = 0;

  constructor(options: StreamAppenderOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#batches.size === 0;
  }

  /** So much waits that it should be appended before more is added. */
  get isLarge(): boolean {
    return this.#bytes >= APPEND_BYTES_MAX;
  }

  push(stream: OwnStream, records: readonly AppendRecord[]): void {
    if (records.length === 0) return;
    let batch = this.#batches.get(stream);
    if (batch === undefined) this.#batches.set(stream, (batch = []));
    for (const record of records) {
      batch.push(record);
      this.#bytes += record.value.length + record.key.length;
    }
  }

  /** Drops what waits for a stream. */
  drop(stream: OwnStream): void {
    this.#batches.delete(stream);
  }

  /**
   * Appends what waits until it is acknowledged; nothing may be pushed meanwhile. Answers the
   * streams whose topic is gone: their records were dropped.
   */
  async flush(): Promise<readonly OwnStream[]> {
    const { log, clock, onHold, mayBeLost } = this.#options;
    const lost: OwnStream[] = [];
    for (let tries = 1; this.#batches.size > 0; tries += 1) {
      const streams = [...this.#batches.keys()];
      const batches = [...this.#batches].map(([{ topic, partition }, records]) => {
        return { topic, partition, records };
      });
      try {
        const bases = await appendPersistently(log, batches, clock, onHold);
        streams.forEach((stream, at) => stream.landed(bases[at] ?? 0));
        this.#batches.clear();
      } catch (error) {
        if (!mayBeLost || !isUnknownTopic(error) || tries === TRIES_MAX) throw error;
        const there = new Set((await log.topics()).map(({ name }) => name));
        for (const stream of streams.filter(({ topic }) => !there.has(topic))) {
          this.drop(stream);
          lost.push(stream);
        }
      }
    }
    this.#bytes = 0;
    return lost;
  }
}
