import type { OnBatch, Position, SubscribeOptions, Subscription } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { ReadyQueue } from "../ready-queue.ts";
import { CatchUp } from "./catch-up.ts";
import { refusalOf, type Cluster } from "./cluster.ts";
import { LiveFeed } from "./live-feed.ts";
import type { OffsetFinder } from "./offset-finder.ts";
import { PartitionReader } from "./partition-reader.ts";
import { Patience } from "./patience.ts";
import { CODE, isLeaderMoved } from "./protocol-code.ts";

interface NodeReading {
  readonly catchUp: CatchUp;
  readonly live: LiveFeed;
  readonly relaxed: LiveFeed;
}

/** Those who are followed only to be mended are asked for so often. */
const RELAXED_PAUSE_MS = 1_000;

/** All subscriptions of a log: finds who leads each partition, lets it catch up, then follow. */
export class Reading {
  readonly #cluster: Cluster;
  readonly #offsets: OffsetFinder;
  readonly #queue = new ReadyQueue();
  readonly #readers = new Set<PartitionReader>();
  readonly #nodes = new Map<number, NodeReading>();
  /** Of readers whose broker does not answer. */
  readonly #patience = new WeakMap<PartitionReader, Patience>();

  constructor(cluster: Cluster, offsets: OffsetFinder) {
    this.#cluster = cluster;
    this.#offsets = offsets;
  }

  subscribe(from: Position, onBatch: OnBatch, options: SubscribeOptions): Subscription {
    const parts = {
      queue: this.#queue,
      hungry: () => {
        for (const { catchUp } of this.#nodes.values()) catchUp.run();
      },
      ended: (reader: PartitionReader) => this.#remove(reader),
    };
    const reader = new PartitionReader(parts, from, onBatch, options);
    this.#readers.add(reader);
    void this.#place(reader);
    return reader;
  }

  fail(error: LogError): void {
    for (const reader of this.#readers) reader.fail(error);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.close()));
  }

  #remove(reader: PartitionReader): void {
    this.#readers.delete(reader);
    for (const { catchUp, live, relaxed } of this.#nodes.values()) {
      catchUp.remove(reader);
      live.remove(reader);
      relaxed.remove(reader);
    }
  }

  /** Begins, or goes on, at whoever leads the partition now. */
  async #place(reader: PartitionReader): Promise<void> {
    const { topic, partition } = reader;
    try {
      const leader = await this.#cluster.persist(`who leads ${topic}`, () =>
        this.#cluster.leaderOf(topic, partition),
      );
      if (!reader.isEnded) this.#node(leader).catchUp.add(reader);
    } catch (error) {
      reader.fail(error);
    }
  }

  #node(leader: number): NodeReading {
    let node = this.#nodes.get(leader);
    if (node !== undefined) return node;
    const cluster = this.#cluster;
    const events = {
      refused: (readers: readonly PartitionReader[], code: number) => this.#refused(readers, code),
      failed: (readers: readonly PartitionReader[], error: unknown) => this.#failed(readers, error),
    };
    const catchUp = new CatchUp(cluster, leader, {
      ...events,
      reachedEnd: (reader) => this.#follow(reader, leader),
    });
    const behind = (reader: PartitionReader): void => catchUp.add(reader);
    const follow = { cluster, node: leader, events: { ...events, behind } };
    node = {
      catchUp,
      live: new LiveFeed({ ...follow, purpose: "follow", pauseMs: 0 }),
      relaxed: new LiveFeed({ ...follow, purpose: "relaxed", pauseMs: RELAXED_PAUSE_MS }),
    };
    this.#nodes.set(leader, node);
    return node;
  }

  #follow(reader: PartitionReader, leader: number): void {
    this.#patience.delete(reader);
    const { live, relaxed, catchUp } = this.#node(leader);
    if (!(reader.isRelaxed ? relaxed : live).add(reader)) catchUp.add(reader);
    else reader.atEnd();
  }

  #refused(readers: readonly PartitionReader[], code: number): void {
    for (const reader of readers) {
      if (code === CODE.offsetOutOfRange) void this.#move(reader);
      else
        void this.#again(reader, refusalOf(code, `to read ${reader.topic}`), isLeaderMoved(code));
    }
  }

  #failed(readers: readonly PartitionReader[], error: unknown): void {
    for (const reader of readers) void this.#again(reader, error, true);
  }

  /** After a pause that grows: the broker may be on its way back, or another one be chosen. */
  async #again(reader: PartitionReader, error: unknown, isMoved: boolean): Promise<void> {
    if (error instanceof LogError) {
      reader.fail(error);
      return;
    }
    const patience = this.#patience.get(reader) ?? new Patience();
    this.#patience.set(reader, patience);
    if (patience.isLong) {
      const { topic, partition } = reader;
      this.#cluster.options.logger?.warn(
        { topic, partition, error: String(error) },
        "Kafka gives no records: trying again",
      );
    }
    if (isMoved) this.#cluster.forget([reader.topic]);
    await patience.pause();
    if (!reader.isEnded) await this.#place(reader);
  }

  /** The position is not there any more: what was before it is gone, or all of the topic. */
  async #move(reader: PartitionReader): Promise<void> {
    const { topic, partition } = reader;
    try {
      const { start, end } = await this.#cluster.persist(`the ends of ${topic}`, () =>
        this.#offsets.find(topic, partition),
      );
      if (reader.position > end) {
        const message = `${topic} ends at ${end}, before ${reader.position}: it was made anew`;
        throw new LogError("unknown-topic", "refused", message);
      }
      reader.take({ records: [], bytes: 0, next: start });
      if (!reader.isEnded) await this.#place(reader);
    } catch (error) {
      reader.fail(error);
    }
  }
}
