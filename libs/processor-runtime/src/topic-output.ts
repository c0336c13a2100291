import type { Archive } from "@titan/compact";
import type { AppendRecord } from "@titan/event-log";
import {
  alwaysGone,
  followOwnStream,
  isUnknownTopic,
  type FollowedStream,
} from "./follow-own-stream.ts";
import { inParallel } from "./in-parallel.ts";
import { inParts } from "./in-parts.ts";
import type { Output } from "./output.ts";
import type { OwnStream } from "./own-stream.ts";
import { StreamAppender } from "./stream-appender.ts";
import { idOf, keysByStream, type StreamPlace } from "./stream-place.ts";
import type { TopicOutputOptions } from "./topic-output-options.ts";
import { Truths } from "./truths.ts";
import type { ViewStep } from "./view.ts";

/** So many streams are read at once when a task starts. */
const LOADS_MAX = 256;
/** So many keys of a step are worked out before what they gave is appended. */
const KEYS_A_PART = 2_000;
/** So often a topic may go away again while it is made anew. */
const TRIES_MAX = 10;
const TRY_AGAIN_MS = 200;

/**
 * Keeps one partition, or many slices, equal to a view. Promises what `Output` says, and heals
 * what lands late; one append is under way at a time. A slice whose topic was removed is written
 * anew as a whole if it belongs to something that exists: whoever removes topics may be late.
 */
export class TopicOutput<Value> implements Output<Value> {
  readonly #options: TopicOutputOptions;
  readonly #isSliced: boolean;
  readonly #truths: Truths;
  readonly #streams = new Map<string, OwnStream>();
  readonly #followed = new Map<OwnStream, FollowedStream>();
  readonly #appender: StreamAppender;
  readonly #seen = new Set<OwnStream>();
  /** Streams that hold records above the own cut: to be judged when the cut reaches them. */
  readonly #ahead = new Set<OwnStream>();
  /** Streams whose topic is gone. They are stepped on, so that it is known what they must hold. */
  readonly #lost = new Set<OwnStream>();
  /** Why a stream can not be followed: what lands late would not be seen. */
  #failure: Error | undefined;
  #last: ViewStep<Value> | undefined;
  /** Until it was brought up to date with the log. */
  #kept: Archive | undefined;

  constructor(options: TopicOutputOptions) {
    this.#options = options;
    this.#isSliced = options.marks === "when-changed";
    this.#truths = new Truths(this.#isSliced);
    const { log, clock, onHold } = options;
    this.#appender = new StreamAppender({ log, clock, onHold, mayBeLost: this.#isSliced });
  }

  async recover(step: ViewStep<Value>): Promise<void> {
    this.#last = step;
    await this.#load(await this.#options.streams(), step.revision);
    this.#kept = undefined;
    const places = await this.#place(step.values.keys(), step.revision);
    for (const stream of this.#streams.values()) {
      await this.#bring(stream, step, places.get(stream) ?? []);
    }
    await this.#settle(step);
  }

  async write(steps: readonly ViewStep<Value>[]): Promise<void> {
    for (const step of steps) {
      this.#last = step;
      const places = await this.#place(step.values.keys(), step.revision);
      for (const [stream, keys] of places) {
        const changed = (await this.#step(stream, step, keys)) > 0 || !stream.isMarked;
        if (changed && this.#isSliced) this.#push(stream, [stream.mark()]);
        await this.#appendWhenLarge();
      }
      if (!this.#isSliced) this.#markAll(step, places);
    }
    if (this.#last !== undefined) await this.#settle(this.#last);
  }

  async repair(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    const step = this.#last;
    if (step === undefined) return false;
    const mended = await this.#mend(step);
    for (const stream of this.#ahead) {
      if ((stream.lowestAhead ?? 0) <= step.revision) this.#seen.add(stream);
    }
    for (const stream of this.#seen) {
      this.#push(stream, stream.repair(step));
      if (stream.lowestAhead === undefined) this.#ahead.delete(stream);
      else this.#ahead.add(stream);
    }
    this.#seen.clear();
    const repaired = !this.#appender.isEmpty;
    await this.#settle(step);
    return mended || repaired;
  }

  /** One partition is kept; slices are many, and each is read in no time. */
  get isAtRest(): boolean {
    const [followed] = this.#followed.values();
    return !this.#isSliced && followed?.isAtRest === true;
  }

  get sinceKept(): number {
    const [followed] = this.#followed.values();
    return followed?.sinceKept ?? 0;
  }

  keepIn(archive: Archive): void {
    this.#truths.keepIn(archive);
    const [followed] = this.#followed.values();
    if (followed === undefined) this.#kept = archive;
    else followed.keepIn(archive);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#followed.values()].map((each) => each.close()));
  }

  /** Makes a stream what the step says, and marks it. */
  async #bring(
    stream: OwnStream,
    step: ViewStep<unknown>,
    keys: readonly (readonly [key: string, name: string])[],
  ): Promise<void> {
    const loaded = stream.loaded().map((key) => {
      return [key, this.#options.writer.nameOf(stream.topic, key)] as const;
    });
    const others = keys.filter(([key]) => !stream.wasLoaded(key));
    await this.#step(stream, step, loaded);
    await this.#step(stream, step, others);
    this.#push(stream, [stream.mark()]);
    await this.#appendWhenLarge();
  }

  /** Writes what a step changes, in parts: it may be a fleet. Answers how many records that are. */
  async #step(
    stream: OwnStream,
    step: ViewStep<unknown>,
    keys: Iterable<readonly [key: string, name: string]>,
  ): Promise<number> {
    let count = 0;
    for (const part of inParts(keys, KEYS_A_PART)) {
      const records = stream.step(step, part);
      this.#push(stream, records);
      count += records.length;
      await this.#appendWhenLarge();
    }
    return count;
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
    const byStream = keysByStream(names, (name) => this.#options.placeOf(name));
    await this.#make(
      [...byStream.values()].map(({ place }) => place),
      revision,
    );
    const placed = new Map<OwnStream, [string, string][]>();
    for (const [id, { keys }] of byStream) {
      const stream = this.#streams.get(id);
      if (stream !== undefined) placed.set(stream, keys);
    }
    return placed;
  }

  /** Makes the topics of streams that are not there, and reads what they may hold already. */
  async #make(places: readonly StreamPlace[], revision: number): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const missing = places.filter((place) => !this.#streams.has(idOf(place)));
      const [first] = missing;
      if (first === undefined) return;
      if (tries > TRIES_MAX) throw alwaysGone(first.topic);
      if (tries > 1) await this.#options.clock.sleep(TRY_AGAIN_MS);
      await this.#options.create(missing.map(({ topic }) => topic));
      await this.#load(missing, revision);
    }
  }

  /** Reads streams to their ends and follows them. Slices that are gone meanwhile are left out. */
  async #load(places: readonly StreamPlace[], revision: number): Promise<void> {
    const { log, writer, rules, arrived } = this.#options;
    const follow = {
      log,
      writer,
      rules,
      truths: this.#truths,
      isRelaxed: this.#isSliced,
      seen: (stream: OwnStream) => {
        this.#seen.add(stream);
        arrived.raise();
      },
      lost: (stream: OwnStream) => {
        this.#lost.add(stream);
        arrived.raise();
      },
      failed: (error: Error) => {
        this.#failure = error;
        arrived.raise();
      },
    };
    const loaded = await inParallel(places, LOADS_MAX, async ({ topic, partition }) => {
      try {
        const followed = await followOwnStream(topic, partition, revision, follow, this.#kept);
        this.#followed.set(followed.stream, followed);
        return followed.stream;
      } catch (error) {
        if (this.#isSliced && isUnknownTopic(error)) return undefined;
        throw error;
      }
    });
    for (const stream of loaded) {
      if (stream === undefined) continue;
      this.#streams.set(idOf(stream), stream);
      if (stream.lowestAhead !== undefined) this.#ahead.add(stream);
    }
  }

  #push(stream: OwnStream, records: readonly AppendRecord[]): void {
    // What is lost is written as a whole when the step is over.
    if (!this.#lost.has(stream)) this.#appender.push(stream, records);
  }

  async #appendWhenLarge(): Promise<void> {
    if (!this.#appender.isLarge) return;
    // The next part is worked out while this one is on its way.
    for (const stream of await this.#appender.begin()) this.#lost.add(stream);
  }

  async #append(): Promise<void> {
    for (const stream of await this.#appender.flush()) this.#lost.add(stream);
  }

  /** Appends what waits, and mends what turned out to be lost. */
  async #settle(step: ViewStep<Value>): Promise<void> {
    await this.#append();
    await this.#mend(step);
  }

  /**
   * Writes the slices anew whose topic is gone, and forgets those that nobody needs. Only between
   * steps: then every stream is at the cut of the step. True when something was written.
   */
  async #mend(step: ViewStep<Value>): Promise<boolean> {
    let mended = false;
    for (let tries = 1; this.#lost.size > 0; tries += 1) {
      const lost = [...this.#lost].filter((stream) => this.#streams.get(idOf(stream)) === stream);
      this.#lost.clear();
      for (const stream of lost) this.#forget(stream);
      const needed = lost.filter(({ topic }) => step.isInForce?.(topic) ?? true);
      if (tries > TRIES_MAX && needed.length > 0) throw alwaysGone(needed[0]?.topic ?? "");
      await this.#make(needed, step.revision);
      for (const old of needed) {
        const stream = this.#streams.get(idOf(old));
        if (stream !== undefined) await this.#writeAgain(old, stream, step);
      }
      for (const stream of lost) stream.close();
      await this.#append();
      mended = true;
    }
    return mended;
  }

  async #writeAgain(old: OwnStream, stream: OwnStream, step: ViewStep<Value>): Promise<void> {
    const keys: [key: string, name: string][] = [];
    const values = new Map<string, unknown>();
    for (const [key, current] of old.values()) {
      const name = this.#options.writer.nameOf(old.topic, key);
      keys.push([key, name]);
      values.set(name, current);
    }
    await this.#bring(stream, { ...step, values }, keys);
  }

  #forget(stream: OwnStream): void {
    this.#streams.delete(idOf(stream));
    this.#seen.delete(stream);
    this.#ahead.delete(stream);
    this.#appender.drop(stream);
    void this.#followed.get(stream)?.close();
    this.#followed.delete(stream);
  }
}
