import type {
  AppendBatch,
  AppendRecord,
  EventLog,
  ReadBatch,
  Subscription,
} from "@titan/event-log";
import { appendPersistently, type OnHold } from "./persistent-append.ts";
import type { Clock } from "./clock.ts";
import type { Output } from "./output.ts";
import { OwnStream, type Observed, type StreamWriter } from "./own-stream.ts";
import { readStatement } from "./read-statement.ts";
import type { Rules } from "./rules.ts";
import type { Signal } from "./signal.ts";
import type { Statement } from "./statement.ts";
import type { ViewStep } from "./view.ts";

/** Where one key of a view goes. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
}

export interface TopicOutputOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly writer: StreamWriter;
  /** A partition marks every cut, a slice only those at which it changed (rules 14 and 21). */
  readonly marks: "every-cut" | "when-changed";
  placeOf(key: string): Place;
  /** The streams that are there before the first step. */
  streams(): Promise<readonly { topic: string; partition: number }[]>;
  /** Makes the topic of a stream that is new. */
  create(topics: readonly string[]): Promise<void>;
  /** Raised when the own output was seen to change. */
  readonly arrived: Signal;
  readonly onHold: OnHold;
}

/** One append holds at most about so many bytes of records. */
const APPEND_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Keeps one partition, or many slices, equal to a view. Promises what `Output` says, and heals
 * what lands late; one append is under way at a time.
 */
export class TopicOutput<Value> implements Output<Value> {
  readonly #options: TopicOutputOptions;
  readonly #streams = new Map<string, OwnStream>();
  readonly #subscriptions: Subscription[] = [];
  readonly #seen = new Set<OwnStream>();
  /** Streams that hold records above the own cut: to be judged when the cut reaches them. */
  readonly #ahead = new Set<OwnStream>();
  #batches = new Map<OwnStream, AppendRecord[]>();
  #bytes = 0;
  #last: ViewStep<Value> | undefined;

  constructor(options: TopicOutputOptions) {
    this.#options = options;
  }

  async recover(step: ViewStep<Value>): Promise<void> {
    this.#last = step;
    for (const { topic, partition } of await this.#options.streams()) {
      await this.#load(topic, partition, step.revision);
    }
    const places = await this.#place(step.values.keys(), step.revision);
    for (const stream of this.#streams.values()) {
      const names = new Map<string, string>();
      for (const key of stream.keys()) {
        names.set(key, this.#options.writer.nameOf(stream.topic, key));
      }
      for (const [key, name] of places.get(stream) ?? []) names.set(key, name);
      this.#push(stream, stream.step(step, names));
      this.#push(stream, [stream.mark()]);
      await this.#flushWhenLarge();
    }
    await this.#flush();
  }

  async write(steps: readonly ViewStep<Value>[]): Promise<void> {
    for (const step of steps) {
      this.#last = step;
      const places = await this.#place(step.values.keys(), step.revision);
      for (const [stream, keys] of places) {
        const records = stream.step(step, keys);
        this.#push(stream, records);
        const changed = records.length > 0 || !stream.isMarked;
        if (changed && this.#options.marks === "when-changed") {
          this.#push(stream, [stream.mark()]);
        }
        await this.#flushWhenLarge();
      }
      if (this.#options.marks === "every-cut") this.#markAll(step, places);
    }
    await this.#flush();
  }

  async repair(): Promise<boolean> {
    const step = this.#last;
    if (step === undefined) return false;
    for (const stream of this.#ahead) {
      if ((stream.lowestAhead ?? 0) <= step.revision) this.#seen.add(stream);
    }
    for (const stream of this.#seen) {
      this.#push(stream, stream.repair(step));
      if (stream.lowestAhead === undefined) this.#ahead.delete(stream);
      else this.#ahead.add(stream);
    }
    this.#seen.clear();
    const repaired = this.#bytes > 0;
    await this.#flush();
    return repaired;
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }

  #markAll(step: ViewStep<Value>, changed: ReadonlyMap<OwnStream, unknown>): void {
    for (const stream of this.#streams.values()) {
      if (!this.#options.rules.markEveryCut && !changed.has(stream)) continue;
      stream.cutAt(step.revision);
      this.#push(stream, [stream.mark()]);
    }
  }

  /** The keys of a step by stream; streams that are new are made. */
  async #place(
    names: Iterable<string>,
    revision: number,
  ): Promise<Map<OwnStream, [string, string][]>> {
    const byStream = new Map<string, { place: Place; keys: [string, string][] }>();
    for (const name of names) {
      const place = this.#options.placeOf(name);
      const id = `${place.topic} ${place.partition}`;
      let found = byStream.get(id);
      if (found === undefined) byStream.set(id, (found = { place, keys: [] }));
      if (place.key !== "") found.keys.push([place.key, name]);
    }
    const missing = [...byStream].filter(([id]) => !this.#streams.has(id));
    if (missing.length > 0) {
      await this.#options.create(missing.map(([, { place }]) => place.topic));
      for (const [, { place }] of missing) {
        await this.#load(place.topic, place.partition, revision);
      }
    }
    const placed = new Map<OwnStream, [string, string][]>();
    for (const [id, { keys }] of byStream) {
      const stream = this.#streams.get(id);
      if (stream !== undefined) placed.set(stream, keys);
    }
    return placed;
  }

  /** Reads a stream to its end, then follows it. */
  async #load(topic: string, partition: number, revision: number): Promise<OwnStream> {
    const { log, writer, rules, arrived } = this.#options;
    const stream = new OwnStream(topic, partition, writer, rules);
    const { end } = await log.bounds(topic, partition);
    const statements: Statement[] = [];
    const marks: Observed[] = [];
    let loaded = false;
    await new Promise<void>((resolve, reject) => {
      const onBatch = (batch: ReadBatch): void => {
        for (const record of batch.records) {
          const read = readStatement(record);
          if (read.kind === "statement") {
            if (loaded) stream.observe(read.statement);
            else statements.push(read.statement);
          } else if (read.kind === "mark") {
            if (loaded) stream.observeMark(read.mark, read.offset);
            else marks.push({ ...read.mark, kind: "mark", offset: read.offset });
          }
        }
        if (!loaded && batch.next >= end) {
          loaded = true;
          stream.load(revision, statements, marks.slice(-1));
          if (stream.lowestAhead !== undefined) this.#ahead.add(stream);
          resolve();
        }
        if (loaded && stream.hasObserved) {
          this.#seen.add(stream);
          arrived.raise();
        }
      };
      const from = { topic, partition, from: 0 };
      this.#subscriptions.push(
        log.subscribe(
          from,
          (batch) => {
            try {
              onBatch(batch);
            } catch (error) {
              reject(error as Error);
            }
          },
          { onError: reject },
        ),
      );
    });
    this.#streams.set(`${topic} ${partition}`, stream);
    return stream;
  }

  #push(stream: OwnStream, records: readonly AppendRecord[]): void {
    if (records.length === 0) return;
    let batch = this.#batches.get(stream);
    if (batch === undefined) this.#batches.set(stream, (batch = []));
    for (const record of records) {
      batch.push(record);
      this.#bytes += record.value.length + record.key.length;
    }
  }

  async #flushWhenLarge(): Promise<void> {
    if (this.#bytes >= APPEND_BYTES_MAX) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#bytes === 0) return;
    const streams = [...this.#batches.keys()];
    const batches: AppendBatch[] = [...this.#batches].map(([stream, records]) => ({
      topic: stream.topic,
      partition: stream.partition,
      records,
    }));
    this.#batches = new Map();
    this.#bytes = 0;
    const { log, clock, onHold } = this.#options;
    const bases = await appendPersistently(log, batches, clock, onHold);
    streams.forEach((stream, at) => stream.landed(bases[at] ?? 0));
  }
}
