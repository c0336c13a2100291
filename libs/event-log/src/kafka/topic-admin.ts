import type { Retention, TopicInfo, TopicSpec } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { refusalOf, type Cluster } from "./cluster.ts";
import type { OffsetFinder } from "./offset-finder.ts";
import { CODE } from "./protocol-code.ts";

interface TopicErrors {
  readonly topicErrors: readonly {
    readonly topic: string;
    readonly errorCode: number;
    readonly errorMessage?: string;
  }[];
}

/** A broker takes at most 10,000 partitions in one request (KAFKA-17870). */
const TOPICS_PER_REQUEST = 500;
const BROKER_TIMEOUT_MS = 30_000;
const REPLICAS_MAX = 3;
const PAUSE_MS = 20;
const DAY_MS = 24 * 60 * 60 * 1_000;
const RECORD_BATCH_BYTES_MAX = 1_048_588;
/**
 * Of a segment's index: an entry of 8 bytes (12 for its times) for each 4 KiB, so a segment ends after 20 MiB.
 * The broker maps the whole file, and the first entry costs a page fault that grows with its size: with
 * Kafka's 10 MiB it took 3 to 50 ms a topic, and thousands of streams get theirs at the same time.
 */
const INDEX_BYTES = 65_536;

/**
 * Of a topic that keeps the latest per key and nothing else: only what lies in closed segments is compacted, and
 * Kafka's 1 GiB would be 1 GiB of what is superseded for everybody who starts.
 */
const COMPACTED_SEGMENT_BYTES = 32 * 1024 * 1024;

/** Makes, removes and lists topics. Whatever was asked for is there, or gone, for all brokers when it answers. */
export class TopicAdmin {
  readonly #cluster: Cluster;
  readonly #offsets: OffsetFinder;

  constructor(cluster: Cluster, offsets: OffsetFinder) {
    this.#cluster = cluster;
    this.#offsets = offsets;
  }

  async create(specs: readonly TopicSpec[]): Promise<void> {
    const wanted = new Map(specs.map((spec) => [spec.name, spec]));
    await this.#cluster.persist("topics to make", async () => {
      this.#cluster.forget(wanted.keys());
      await this.#cluster.refresh([...wanted.keys()]);
      const missing = [...wanted.values()].filter((spec) => !this.#isThere(spec));
      for (let at = 0; at < missing.length; at += TOPICS_PER_REQUEST) {
        await this.#make(missing.slice(at, at + TOPICS_PER_REQUEST));
      }
      await this.#until(missing, (spec) => this.#isThere(spec) && this.#hasLeaders(spec));
      await this.#untilTheyAnswer(missing);
    });
  }

  async delete(names: readonly string[]): Promise<void> {
    await this.#cluster.persist("topics to remove", async () => {
      for (let at = 0; at < names.length; at += TOPICS_PER_REQUEST) {
        await this.#remove(names.slice(at, at + TOPICS_PER_REQUEST));
      }
      await this.#until(
        names.map((name) => ({ name })),
        ({ name }) => {
          return this.#cluster.partitionCount(name) === undefined;
        },
      );
    });
  }

  async list(): Promise<readonly TopicInfo[]> {
    const topics = await this.#cluster.persist("which topics there are", () => this.#cluster.all());
    return topics
      .filter(({ isInternal }) => !isInternal)
      .map(({ name, leaders }) => ({ name, partitions: leaders.length }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #isThere({ name, partitions }: TopicSpec): boolean {
    const count = this.#cluster.partitionCount(name);
    if (count !== undefined && count !== partitions) {
      const message = `${name} has ${count} partitions and not ${partitions}: a count never changes`;
      throw new LogError("partition-count-differs", "refused", message);
    }
    return count !== undefined;
  }

  #hasLeaders({ name, partitions }: TopicSpec): boolean {
    for (let at = 0; at < partitions; at += 1) {
      if (this.#cluster.knownLeader(name, at) === undefined) return false;
    }
    return true;
  }

  /** A broker knows that it leads a partition a moment before it does: asks for all at once, in rounds. */
  async #untilTheyAnswer(specs: readonly TopicSpec[]): Promise<void> {
    let left = specs.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ name, partition })),
    );
    while (left.length > 0) {
      const answers = await Promise.allSettled(
        left.map(({ name, partition }) => this.#offsets.find(name, partition)),
      );
      left = left.filter((_, at) => {
        const answer = answers[at];
        if (answer?.status !== "rejected") return false;
        if (answer.reason instanceof LogError) throw answer.reason;
        return true;
      });
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Another process may make the same at the same time. */
  async #make(specs: readonly TopicSpec[]): Promise<void> {
    const replicas =
      this.#cluster.options.replicas ?? Math.min(REPLICAS_MAX, this.#cluster.brokerCount);
    const answer = await this.#ask<TopicErrors>("CreateTopics", {
      topics: specs.map((spec) => ({
        topic: spec.name,
        numPartitions: spec.partitions,
        replicationFactor: replicas,
        configEntries: Object.entries({
          ...settingsOf(spec, replicas),
          ...this.#cluster.options.topicSettings,
        }).map(([name, value]) => ({ name, value })),
      })),
      validateOnly: false,
      timeout: BROKER_TIMEOUT_MS,
    });
    for (const { topic, errorCode, errorMessage } of answer.topicErrors) {
      if (errorCode !== CODE.none && errorCode !== CODE.topicExists) {
        throw refusalOf(errorCode, `to make ${topic}${errorMessage ? `, ${errorMessage},` : ""}`);
      }
    }
  }

  async #remove(names: readonly string[]): Promise<void> {
    const answer = await this.#ask<TopicErrors>("DeleteTopics", {
      topics: names,
      timeout: BROKER_TIMEOUT_MS,
    });
    for (const { topic, errorCode } of answer.topicErrors) {
      if (errorCode !== CODE.none && errorCode !== CODE.unknownTopic) {
        throw refusalOf(errorCode, `to remove ${topic}`);
      }
    }
  }

  async #ask<Answer>(name: string, fields: object): Promise<Answer> {
    const connection = this.#cluster.connection(await this.#cluster.controller(), "control");
    return connection.call<Answer>({ name, fields });
  }

  async #until<Item extends { readonly name: string }>(
    items: readonly Item[],
    isDone: (item: Item) => boolean,
  ): Promise<void> {
    let left = items;
    while (left.length > 0) {
      const names = left.map(({ name }) => name);
      this.#cluster.forget(names);
      await this.#cluster.refresh(names);
      left = left.filter((item) => !isDone(item));
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** DESIGN's retention in Kafka's words. */
function settingsOf({ retention }: TopicSpec, replicas: number): Record<string, string> {
  return {
    // Whatever others compress with, any client can read it.
    "compression.type": "uncompressed",
    "max.message.bytes": String(RECORD_BATCH_BYTES_MAX),
    "message.timestamp.type": "CreateTime",
    "min.insync.replicas": replicas >= REPLICAS_MAX ? "2" : "1",
    "unclean.leader.election.enable": "false",
    ...retentionSettings(retention),
  };
}

function retentionSettings(retention: Retention): Record<string, string> {
  switch (retention.kind) {
    case "forever":
      return { "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };
    case "age":
      return {
        "cleanup.policy": "delete",
        "retention.ms": String(retention.ageMs),
        "retention.bytes": "-1",
        "segment.ms": String(DAY_MS),
      };
    case "latest":
      return {
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": String(retention.lagMs),
        "segment.ms": String(DAY_MS),
        ...(retention.lagMs === 0 ? { "segment.bytes": String(COMPACTED_SEGMENT_BYTES) } : {}),
        "segment.index.bytes": String(INDEX_BYTES),
      };
  }
}
