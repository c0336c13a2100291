import type { AppendRecord, LogRecord, Retention, TopicInfo, TopicSpec } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { integerBelow } from "./seeded-random.ts";
import { SimulatedGroup } from "./simulated-group.ts";
import { SimulatedPartition } from "./simulated-partition.ts";
import type { Simulation } from "./simulation.ts";

const GAP_MAX = 3;
/** A compaction by a fault keeps nothing for being young, or what is younger than up to this. */
const SMALL_LAG_MS_MAX = 1_000;

interface SimulatedTopic {
  readonly retention: Retention;
  readonly partitions: readonly SimulatedPartition[];
}

export interface CompactOptions {
  /** All topics unless told. */
  readonly topic?: string;
  /** Only topics that are kept so. */
  readonly kind?: Retention["kind"];
  /** In place of the topic's own lag or age. */
  readonly lagMs?: number;
  /** Nothing that landed later goes, whatever its age. */
  readonly upToMs?: number;
}

/** Everything that a log holds: per topic what is kept of it, and its partitions. */
export type LogBackup = readonly {
  readonly name: string;
  readonly retention: Retention;
  readonly partitions: readonly { readonly records: readonly LogRecord[]; readonly end: number }[];
}[];

/** What outlives every client: topics, their content, the groups. Everything here is at once. */
export class SimulatedBroker {
  readonly #simulation: Simulation;
  readonly #topics = new Map<string, SimulatedTopic>();
  readonly #groups = new Map<string, SimulatedGroup>();
  /** Whether there is no room for another record. */
  isFull = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  create(specs: readonly TopicSpec[]): void {
    for (const { name, partitions } of specs) {
      const present = this.#topics.get(name)?.partitions.length ?? partitions;
      if (present === partitions) continue;
      const counts = `has ${present} partitions, not ${partitions}`;
      throw new LogError("partition-count-differs", "refused", `topic ${name} ${counts}`);
    }
    for (const { name, partitions, retention } of specs) {
      if (this.#topics.has(name)) continue;
      const made = Array.from({ length: partitions }, (_, n) => new SimulatedPartition(name, n));
      this.#topics.set(name, { retention, partitions: made });
    }
  }

  remove(names: readonly string[]): void {
    for (const name of names) {
      const topic = this.#topics.get(name);
      this.#topics.delete(name);
      for (const partition of topic?.partitions ?? []) partition.remove();
    }
  }

  list(): readonly TopicInfo[] {
    const infos = [...this.#topics].map(([name, { partitions }]) => {
      return { name, partitions: partitions.length };
    });
    return infos.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  partition(topic: string, number: number): SimulatedPartition {
    const partition = this.#topics.get(topic)?.partitions[number];
    if (partition !== undefined) return partition;
    throw new LogError("unknown-topic", "refused", `there is no partition ${number} of ${topic}`);
  }

  backup(): LogBackup {
    return [...this.#topics].map(([name, { retention, partitions }]) => ({
      name,
      retention,
      partitions: partitions.map(({ records, end }) => ({ records: [...records], end })),
    }));
  }

  restore(backup: LogBackup): void {
    for (const { name, retention, partitions } of backup) {
      const made = partitions.map(({ records, end }, number) => {
        const partition = new SimulatedPartition(name, number);
        partition.restore(records, end);
        return partition;
      });
      this.#topics.set(name, { retention, partitions: made });
    }
  }

  group(name: string): SimulatedGroup {
    const group = this.#groups.get(name) ?? new SimulatedGroup(this.#simulation);
    this.#groups.set(name, group);
    return group;
  }

  groups(): Iterable<SimulatedGroup> {
    return this.#groups.values();
  }

  /** Appends for good, and perhaps compacts. Nothing happens when the topic is gone. */
  land(partition: SimulatedPartition, records: readonly AppendRecord[]): number {
    if (partition.isRemoved || records.length === 0) return partition.end;
    const { faults, random, scheduler } = this.#simulation;
    const gap = faults.strikes("offsetGap") ? 1 + integerBelow(random, GAP_MAX) : 0;
    const first = partition.land(records, scheduler.now(), gap);
    this.#tell(partition, records.length);
    const isCompacted = this.#topics.get(partition.topic)?.retention.kind === "latest";
    if (isCompacted && faults.strikes("compaction")) {
      const lagMs = random() < 0.5 ? 0 : random() * SMALL_LAG_MS_MAX;
      const below = random() < 0.5 ? partition.end : integerBelow(random, partition.end + 1);
      partition.keepLatest(below, scheduler.now() - lagMs);
      this.#tellShortened(partition);
    }
    return first;
  }

  #tell({ topic, number, records: held }: SimulatedPartition, count: number): void {
    const records = held.slice(held.length - count);
    this.#simulation.onEvent({ kind: "landed", topic, partition: number, records });
  }

  #tellShortened({ topic, number }: SimulatedPartition): void {
    this.#simulation.onEvent({ kind: "shortened", topic, partition: number });
  }

  compact(options: CompactOptions): void {
    for (const [name, { retention, partitions }] of this.#topics) {
      if (options.topic !== undefined && options.topic !== name) continue;
      if (options.kind !== undefined && options.kind !== retention.kind) continue;
      for (const partition of partitions) this.#apply(retention, partition, options);
    }
  }

  #apply(retention: Retention, partition: SimulatedPartition, options: CompactOptions): void {
    const { lagMs, upToMs = Infinity } = options;
    const nowMs = this.#simulation.scheduler.now();
    const before = (keptMs: number): number => Math.min(upToMs, nowMs - keptMs);
    switch (retention.kind) {
      case "forever":
        return;
      case "age":
        partition.expire(before(lagMs ?? retention.ageMs));
        this.#tellShortened(partition);
        return;
      case "latest":
        partition.keepLatest(partition.end, before(lagMs ?? retention.lagMs));
        this.#tellShortened(partition);
        return;
    }
  }
}
