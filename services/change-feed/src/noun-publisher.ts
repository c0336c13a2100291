import { partitionOf, type Commit } from "@titan/domain";
import type { AppendBatch, AppendRecord, EventLog, Subscription } from "@titan/event-log";
import {
  appendPersistently,
  FRONTIER_KEY,
  FRONTIER_TOPIC,
  readStatement,
  type ChainEnd,
  type Clock,
  type OnHold,
  type PartitionCounts,
  type Signal,
} from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import type { FeedRules } from "./feed-rules.ts";
import { NounPartition } from "./noun-partition.ts";
import { NOUN_TOPICS } from "./noun-topics.ts";

export interface CountedCommit {
  readonly commit: Commit;
  /** Offset of the copy that counted: the first. */
  readonly position: number;
}

/** One frontier covers at most so many commits. */
const COMMITS_PER_FRONTIER_MAX = 500;

/**
 * Publishes counted commits to the noun topics and, when these are acknowledged, the frontier
 * over them (PROTOCOL.md rule 4); keeps both topics right (rule 6). It is given only commits that
 * were read back as counted, in revision order.
 */
export class NounPublisher {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #onHold: OnHold;
  readonly #arrived: Signal;
  readonly #partitions: readonly NounPartition[];
  readonly #byTopic = new Map<string, NounPartition[]>();
  readonly #ends = new Map<NounPartition, number>();
  readonly #subscriptions: Subscription[] = [];
  #queue: CountedCommit[] = [];
  #frontier: ChainEnd;
  #frontierOffset: number | undefined;
  #isShadowedAtStart = false;
  /** Of the last frontier that was seen to say less than the own. */
  #lowerFrontierOffset = -1;

  constructor(options: {
    readonly log: EventLog;
    readonly clock: Clock;
    readonly counts: PartitionCounts;
    readonly onHold: OnHold;
    readonly arrived: Signal;
    readonly frontier: ChainEnd;
    readonly rules: FeedRules;
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#onHold = options.onHold;
    this.#arrived = options.arrived;
    this.#frontier = options.frontier;
    this.#partitions = nounPartitions(options.counts, options.rules.labelsInSums);
    for (const partition of this.#partitions) {
      const others = this.#byTopic.get(partition.topic) ?? [];
      this.#byTopic.set(partition.topic, [...others, partition]);
    }
  }

  /** The last revision that a frontier was acknowledged for. */
  get revision(): number {
    return this.#frontier.revision;
  }

  partition(topic: string, partition: number): NounPartition | undefined {
    return this.#byTopic.get(topic)?.[partition];
  }

  enqueue(counted: CountedCommit): void {
    this.#queue.push(counted);
    this.#arrived.raise();
  }

  /** Reads on where the start left off, to see what others and late appends write. */
  follow(positions: ReadonlyMap<string, number>): void {
    for (const partition of this.#partitions) {
      this.#subscriptions.push(
        this.#log.subscribe(
          {
            topic: partition.topic,
            partition: partition.partition,
            from: positions.get(`${partition.topic} ${partition.partition}`) ?? 0,
          },
          (batch) => {
            for (const record of batch.records) {
              const read = readStatement(record);
              if (read.kind === "statement") partition.observe(read.statement);
              else partition.observeUnreadable(record);
            }
            if (batch.records.length > 0) this.#arrived.raise();
          },
        ),
      );
    }
    this.#subscriptions.push(
      this.#log.subscribe(
        { topic: FRONTIER_TOPIC, partition: 0, from: positions.get(`${FRONTIER_TOPIC} 0`) ?? 0 },
        (batch) => {
          for (const record of batch.records) {
            const read = readStatement(record);
            // What is no frontier is as much in the way as one that says less.
            const revision = read.kind === "frontier" ? read.frontier.revision : -1;
            if (revision < this.#frontier.revision && record.key === FRONTIER_KEY) {
              this.#lowerFrontierOffset = Math.max(this.#lowerFrontierOffset, record.offset);
            }
          }
          if (batch.records.length > 0) this.#arrived.raise();
        },
      ),
    );
  }

  /** Publishes what waits; false when there was nothing. */
  async publish(): Promise<boolean> {
    const commits = this.#queue.splice(0, COMMITS_PER_FRONTIER_MAX);
    const last = commits.at(-1);
    if (last === undefined) return false;
    const batches = new Map<NounPartition, AppendRecord[]>();
    for (const { commit } of commits) {
      const { revision, changeId, actor, reason, committedAt: occurredAt } = commit;
      const origin = { revision, changeId, actor, reason, occurredAt };
      commit.events.forEach((event, index) => {
        const { topic } = NOUN_TOPICS[event.kind as keyof typeof NOUN_TOPICS];
        const partitions = this.#byTopic.get(topic) ?? [];
        const partition = partitions[partitionOf(event.key, partitions.length)];
        if (partition === undefined) return;
        let records = batches.get(partition);
        if (records === undefined) batches.set(partition, (records = []));
        records.push(partition.publish(origin, event, index));
      });
    }
    await this.#append(batches);
    this.#frontier = {
      revision: last.commit.revision,
      commitId: last.commit.id,
      position: last.position,
    };
    await this.#appendFrontier();
    return true;
  }

  /** Rule 6; false when there was nothing to heal. */
  async repair(againstOwnWorld = true): Promise<boolean> {
    const batches = new Map<NounPartition, AppendRecord[]>();
    for (const partition of this.#partitions) {
      const records = partition.repair(againstOwnWorld);
      if (records.length > 0) batches.set(partition, records);
    }
    await this.#append(batches);
    // Compared only now: while an append is under way, the own frontier before it is a lower one.
    const frontier =
      this.#isShadowedAtStart || this.#lowerFrontierOffset > (this.#frontierOffset ?? -1);
    if (frontier) await this.#appendFrontier();
    return batches.size > 0 || frontier;
  }

  /** The start found that an older frontier lies last. */
  frontierIsShadowed(): void {
    this.#isShadowedAtStart = true;
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }

  async #append(batches: ReadonlyMap<NounPartition, AppendRecord[]>): Promise<void> {
    if (batches.size === 0) return;
    const partitions = [...batches.keys()];
    const appends: AppendBatch[] = [...batches].map(([{ topic, partition }, records]) => ({
      topic,
      partition,
      records,
    }));
    const bases = await appendPersistently(this.#log, appends, this.#clock, this.#onHold);
    partitions.forEach((partition, at) => {
      const base = bases[at];
      partition.landed(base);
      // A hint, so that the last one that is known will do.
      if (base !== undefined)
        this.#ends.set(partition, base + (batches.get(partition)?.length ?? 0));
    });
  }

  async #appendFrontier(): Promise<void> {
    this.#isShadowedAtStart = false;
    const value = encode("frontier", {
      revision: this.#frontier.revision,
      commitId: this.#frontier.commitId,
      commitPosition: this.#frontier.position,
      partitions: this.#partitions.map((partition) => ({
        topic: partition.topic,
        partition: partition.partition,
        end: this.#ends.get(partition) ?? 0,
        sum: partition.sum,
      })),
    });
    const [offset] = await appendPersistently(
      this.#log,
      [{ topic: FRONTIER_TOPIC, partition: 0, records: [{ key: FRONTIER_KEY, value }] }],
      this.#clock,
      this.#onHold,
    );
    this.#frontierOffset = offset;
  }
}

function nounPartitions(counts: PartitionCounts, labelsInSums: boolean): readonly NounPartition[] {
  return Object.values(NOUN_TOPICS).flatMap(({ topic, record, partitions }) =>
    Array.from(
      { length: partitions === "H" ? counts.hostPartitions : 1 },
      (_, at) => new NounPartition(topic, at, record, labelsInSums),
    ),
  );
}
