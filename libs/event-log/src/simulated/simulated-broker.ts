import type { AppendRecord, Retention, TopicInfo, TopicSpec } from "../event-log.ts";
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
  /** In place of the topic's own lag or age. */
  readonly lagMs?: number;
}

/** What outlives every client: topics, their content, the groups. Everything here is at once. */
export class SimulatedBroker {
  readonly #simulation: Simulation;
  readonly #topics = new Map<string, SimulatedTopic>();
  readonly #groups = new Map<string, SimulatedGroup>();

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
    const isCompacted = this.#topics.get(partition.topic)?.retention.kind === "latest";
    if (isCompacted && faults.strikes("compaction")) {
      const lagMs = random() < 0.5 ? 0 : random() * SMALL_LAG_MS_MAX;
      const below = random() < 0.5 ? partition.end : integerBelow(random, partition.end + 1);
      partition.keepLatest(below, scheduler.now() - lagMs);
    }
    return first;
  }

  compact(options: CompactOptions): void {
    for (const [name, { retention, partitions }] of this.#topics) {
      if (options.topic !== undefined && options.topic !== name) continue;
      for (const partition of partitions) this.#apply(retention, partition, options.lagMs);
    }
  }

  #apply(retention: Retention, partition: SimulatedPartition, lagMs: number | undefined): void {
    const nowMs = this.#simulation.scheduler.now();
    switch (retention.kind) {
      case "forever":
        return;
      case "age":
        partition.expire(nowMs - (lagMs ?? retention.ageMs));
        return;
      case "latest":
        partition.keepLatest(partition.end, nowMs - (lagMs ?? retention.lagMs));
        return;
    }
  }
}
