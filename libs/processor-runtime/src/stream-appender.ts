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
/** And at most so many streams: each costs far more than the mark that it may be all that is written. */
const APPEND_STREAMS_MAX = 4_000;
/** So often topics may turn out to be gone during one append. */
const TRIES_MAX = 10;

/** What is appended together. */
type Batches = Map<OwnStream, AppendRecord[]>;

/**
 * Collects records for many streams and appends them together. One append is under way at a time;
 * more may be collected meanwhile.
 */
export class StreamAppender {
  readonly #options: StreamAppenderOptions;
  #batches: Batches = new Map();
  #bytes = 0;
  #underWay: Promise<readonly OwnStream[]> = Promise.resolve([]);

  constructor(options: StreamAppenderOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#batches.size === 0;
  }

  /** So much waits that it should be appended before more is added. */
  get isLarge(): boolean {
    return this.#bytes >= APPEND_BYTES_MAX || this.#batches.size >= APPEND_STREAMS_MAX;
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
   * Begins to append what waits, as soon as what was begun before is acknowledged. Answers the
   * streams whose topic was gone then: their records were dropped.
   */
  async begin(): Promise<readonly OwnStream[]> {
    const lost = await this.#underWay;
    for (const stream of lost) this.drop(stream);
    this.#underWay = this.#append(this.#batches);
    // Whoever waits for it is told; until somebody does, it is not unhandled.
    this.#underWay.catch(() => {});
    this.#batches = new Map();
    this.#bytes = 0;
    return lost;
  }

  /** Appends what waits until it is acknowledged. Answers as `begin` does. */
  async flush(): Promise<readonly OwnStream[]> {
    return [...(await this.begin()), ...(await this.#underWay)];
  }

  async #append(batches: Batches): Promise<readonly OwnStream[]> {
    const { log, clock, onHold, mayBeLost } = this.#options;
    const sent = [...batches].map(([stream, records]) => ({
      stream,
      records,
      sent: stream.sent(),
    }));
    const lost: OwnStream[] = [];
    for (let tries = 1; ; tries += 1) {
      const waiting = sent.filter(({ stream }) => !lost.includes(stream));
      if (waiting.length === 0) return lost;
      try {
        const bases = await appendPersistently(
          log,
          waiting.map(({ stream: { topic, partition }, records }) => ({
            topic,
            partition,
            records,
          })),
          clock,
          onHold,
        );
        waiting.forEach(({ stream, sent: truths }, at) => {
          const base = bases[at];
          // Otherwise they are learnt when they are read back.
          if (base !== undefined) stream.landed(base, truths);
        });
        return lost;
      } catch (error) {
        if (!mayBeLost || !isUnknownTopic(error) || tries === TRIES_MAX) throw error;
        const there = new Set((await log.topics()).map(({ name }) => name));
        for (const { stream } of waiting) if (!there.has(stream.topic)) lost.push(stream);
      }
    }
  }
}
