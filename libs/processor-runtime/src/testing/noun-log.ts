import { partitionOf, STREAMS, type Stream } from "@titan/domain";
import {
  createSimulatedLog,
  SeededScheduler,
  seededRandom,
  type SimulatedLog,
} from "@titan/event-log/testing";
import { encode, nounHash, type RecordTypes, type StatementName } from "@titan/schema-codec";
import type { Clock } from "../clock.ts";
import { FRONTIER_KEY, FRONTIER_TOPIC } from "../keys.ts";
import { readStatement } from "../read-statement.ts";
import { addWrapping, type Statement } from "../statement.ts";
import { fixedTopics, partitionCount, type PartitionCounts } from "../topics.ts";
import type { Given } from "./nouns.ts";

const ONE_EACH: PartitionCounts = { hostPartitions: 1, deploymentPartitions: 1 };

/**
 * A log in memory on a virtual clock, with noun topics as the change feed writes them: one call of
 * `commit` is one revision with its frontier.
 */
export class NounLog {
  readonly counts: PartitionCounts;
  readonly scheduler: SeededScheduler;
  readonly log: SimulatedLog;
  readonly clock: Clock;
  revision = 0;
  readonly #sums = new Map<string, bigint>();
  readonly #hashes = new Map<string, bigint>();

  /** With a `seed`, everything takes a random time; without one, none. */
  constructor(counts: PartitionCounts = ONE_EACH, seed?: number) {
    this.counts = counts;
    this.scheduler = new SeededScheduler(seededRandom(seed ?? 1));
    this.log = createSimulatedLog({
      scheduler: this.scheduler,
      random: seededRandom((seed ?? 1) + 0.5),
      timing: seed === undefined ? {} : { landMs: 20, answerMs: 5, deliverMs: 20 },
    });
    this.clock = {
      now: () => Math.floor(this.scheduler.now()),
      sleep: (durationMs) =>
        new Promise((resolve) => {
          this.scheduler.after(durationMs, resolve);
        }),
    };
  }

  /** Runs until nothing moves any more. */
  quiet(): Promise<void> {
    return this.scheduler.runUntilQuiet();
  }

  settle<Value>(promise: Promise<Value>): Promise<Value> {
    return this.scheduler.settle(promise);
  }

  async createTopics(): Promise<void> {
    await this.settle(this.log.createTopics(fixedTopics(this.counts)));
  }

  /** One change, with its frontier. */
  async commit(...records: readonly Given[]): Promise<number> {
    this.revision += 1;
    for (const { stream, key, current } of records) {
      const record = stream.slice("titan.".length) as StatementName;
      const partition = partitionOf(key, this.#partitions(stream));
      const hash = nounHash(record, key, this.revision, current as never);
      const value = encode(record, nounRecord(this.revision, current, hash) as never);
      await this.append(stream, partition, key, value);
      const before = this.#hashes.get(`${stream} ${key}`) ?? 0n;
      this.#hashes.set(`${stream} ${key}`, hash);
      const at = `${stream} ${partition}`;
      this.#sums.set(at, addWrapping(this.#sums.get(at) ?? 0n, hash - before));
    }
    await this.append(FRONTIER_TOPIC, 0, FRONTIER_KEY, encode("frontier", this.#frontier()));
    return this.revision;
  }

  async append(topic: string, partition: number, key: string, value: Uint8Array): Promise<void> {
    await this.settle(this.log.append([{ topic, partition, records: [{ key, value }] }]));
  }

  /** Puts a copy of what lies at a place at the end of its partition, as a late append would. */
  async appendAgain(topic: string, partition: number, at: number): Promise<void> {
    const record = this.log.peek(topic, partition)[at];
    if (record === undefined) throw new Error(`there is no record ${at}`);
    await this.append(topic, partition, record.key, record.value);
  }

  /** What a partition holds, short: `key=current@label`, `mark@label`. */
  shown(
    topic: string,
    partition = 0,
    show = (current: unknown) => JSON.stringify(current),
  ): string[] {
    return this.log.peek(topic, partition).map((record) => {
      const read = readStatement(record);
      if (read.kind === "mark") return `mark@${read.mark.revision}`;
      if (read.kind !== "statement") return read.kind;
      const { key, current, revision } = read.statement;
      return `${key}=${current === null ? "gone" : show(current)}@${revision}`;
    });
  }

  statements(topic: string, partition = 0): Statement[] {
    return this.log.peek(topic, partition).flatMap((record) => {
      const read = readStatement(record);
      return read.kind === "statement" ? [read.statement] : [];
    });
  }

  #frontier(): RecordTypes["frontier"] {
    const nouns = STREAMS.filter(({ topic }) => isNoun(topic));
    const partitions = nouns.flatMap(({ topic }) =>
      Array.from({ length: this.#partitions(topic) }, (_, partition) => ({
        topic,
        partition,
        end: 0,
        sum: this.#sums.get(`${topic} ${partition}`) ?? 0n,
      })),
    );
    return {
      revision: this.revision,
      commitId: `c${this.revision}`,
      commitPosition: 0,
      partitions,
    };
  }

  #partitions(topic: string): number {
    const stream: Stream | undefined = STREAMS.find((row) => row.topic === topic);
    return partitionCount(stream?.partitions ?? "1", this.counts);
  }
}

/** The version of a view that is in force from this change on. */
export function viewVersion(name: string, version: number): Given {
  return { stream: "titan.view", key: name, current: { name, createdRevision: 1, version } };
}

function isNoun(topic: string): boolean {
  const row = STREAMS.find((stream) => stream.topic === topic);
  const isStatement = row?.record === topic.slice("titan.".length);
  return isStatement && !row.marked && row.writers.some((writer) => writer === "change-feed")
    ? !["frontier", "dead-letter"].includes(row.record)
    : false;
}

function nounRecord(revision: number, current: unknown, hash: bigint): object {
  return {
    revision,
    index: 0,
    op: current === null ? "DELETE" : "UPDATE",
    previous: null,
    current,
    hash,
    changeId: `change-${revision}`,
    actor: "tester",
    reason: "",
    occurredAt: revision * 1_000,
    causes: [],
    processorVersion: 0,
  };
}
