import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TopicInfo, TopicSpec } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { type EmbeddedTopic, Partition } from "./partition.ts";
import { integer, retentionMs, text, toRetention } from "./topic-row.ts";
import type { Transactions } from "./transactions.ts";

/** Room for ids is larger, but a count beyond this is a mistake of the caller. */
const PARTITIONS_MAX = 100_000;

/**
 * Which topics there are: read once at open, in memory from then on, changed on disk first.
 * Creating or deleting any number of topics is one synced transaction.
 */
export class Catalog {
  readonly #transactions: Transactions;
  readonly #topics = new Map<string, EmbeddedTopic>();
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #deletePartitions: StatementSync;
  readonly #insertRemoved: StatementSync;
  #nextPartition = 1;

  constructor(database: DatabaseSync, transactions: Transactions) {
    this.#transactions = transactions;
    this.#insert = database.prepare("INSERT INTO topics VALUES (?, ?, ?, ?, ?, ?)");
    this.#update = database.prepare(
      "UPDATE topics SET retention = ?, retention_ms = ?, durability = ? WHERE first_partition = ?",
    );
    this.#delete = database.prepare("DELETE FROM topics WHERE first_partition = ?");
    this.#deletePartitions = database.prepare("DELETE FROM partitions WHERE id BETWEEN ? AND ?");
    this.#insertRemoved = database.prepare("INSERT INTO removed VALUES (?)");
    this.#load(database);
  }

  find(name: string): EmbeddedTopic | undefined {
    return this.#topics.get(name);
  }

  partition(topic: string, number: number): Partition {
    const partition = this.#topics.get(topic)?.partitions[number];
    if (partition !== undefined) return partition;
    throw new LogError("unknown-topic", "refused", `there is no partition ${number} of ${topic}`);
  }

  all(): Iterable<EmbeddedTopic> {
    return this.#topics.values();
  }

  list(): readonly TopicInfo[] {
    const infos = [...this.#topics.values()].map((topic) => ({
      name: topic.name,
      partitions: topic.partitions.length,
    }));
    return infos.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Retention and durability of a topic that is there follow the newest specification. */
  create(specs: readonly TopicSpec[]): void {
    const created = new Map<string, TopicSpec>();
    for (const spec of specs) {
      checkSpec(spec, this.#topics.get(spec.name)?.partitions.length);
      checkSpec(spec, created.get(spec.name)?.partitions);
      created.set(spec.name, spec);
    }
    const fresh = [...created.values()].filter((spec) => !this.#topics.has(spec.name));
    const changed = [...created.values()].filter((spec) => this.#isChanged(spec));
    if (fresh.length + changed.length === 0) return;
    let next = this.#nextPartition;
    const topics = this.#transactions.run("synced", () => {
      for (const { name, retention, durability } of changed) {
        const id = this.#topics.get(name)?.firstPartition ?? 0;
        this.#update.run(retention.kind, retentionMs(retention), durability, id);
      }
      return fresh.map((spec) => {
        const { name, partitions, retention, durability } = spec;
        this.#insert.run(
          next,
          name,
          partitions,
          retention.kind,
          retentionMs(retention),
          durability,
        );
        const topic = emptyTopic(next, spec);
        next += partitions;
        return topic;
      });
    });
    this.#nextPartition = next;
    for (const topic of topics) this.#topics.set(topic.name, topic);
    for (const { name, retention, durability } of changed) {
      const topic = this.#topics.get(name);
      if (topic !== undefined) Object.assign(topic, { retention, durability });
    }
  }

  /** The records stay until `Retention` purges the partitions; nobody can reach them any more. */
  remove(names: readonly string[]): void {
    const topics = new Set(names.map((name) => this.#topics.get(name)));
    topics.delete(undefined);
    if (topics.size === 0) return;
    this.#transactions.run("synced", () => {
      for (const topic of topics) {
        if (topic === undefined) continue;
        const { firstPartition, partitions } = topic;
        this.#delete.run(firstPartition);
        this.#deletePartitions.run(firstPartition, firstPartition + partitions.length - 1);
        for (const { id, end } of partitions) if (end > 0) this.#insertRemoved.run(id);
      }
    });
    for (const topic of topics) {
      if (topic === undefined) continue;
      this.#topics.delete(topic.name);
      for (const partition of topic.partitions) partition.remove();
    }
  }

  #isChanged({ name, retention, durability }: TopicSpec): boolean {
    const topic = this.#topics.get(name);
    if (topic === undefined) return false;
    return (
      topic.durability !== durability ||
      topic.retention.kind !== retention.kind ||
      retentionMs(topic.retention) !== retentionMs(retention)
    );
  }

  #load(database: DatabaseSync): void {
    const partitions = new Map<number, Partition>();
    for (const row of database.prepare("SELECT * FROM topics").all()) {
      const spec: TopicSpec = {
        name: text(row["name"]),
        partitions: integer(row["partitions"], 1, PARTITIONS_MAX),
        retention: toRetention(text(row["retention"]), integer(row["retention_ms"])),
        durability: text(row["durability"]) === "synced" ? "synced" : "rebuildable",
      };
      const topic = emptyTopic(integer(row["first_partition"]), spec);
      this.#topics.set(topic.name, topic);
      for (const partition of topic.partitions) partitions.set(partition.id, partition);
      this.#nextPartition = Math.max(this.#nextPartition, topic.firstPartition + spec.partitions);
    }
    for (const row of database.prepare("SELECT * FROM partitions").all()) {
      partitions.get(integer(row["id"]))?.restore({
        start: integer(row["start"]),
        next: integer(row["next"]),
        cleaned: integer(row["cleaned"]),
        kept: integer(row["kept"]),
      });
    }
    const last = database.prepare("SELECT max(partition) AS id FROM removed").get()?.["id"];
    if (typeof last === "number") this.#nextPartition = Math.max(this.#nextPartition, last + 1);
  }
}

function checkSpec({ name, partitions }: TopicSpec, present: number | undefined): void {
  if (name === "" || !Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(`topic "${name}" with ${partitions} partitions can not be`);
  }
  if (partitions > PARTITIONS_MAX) throw new RangeError(`${partitions} partitions are too many`);
  if (present === undefined || present === partitions) return;
  const counts = `it has ${present} partitions, not ${partitions}`;
  throw new LogError("partition-count-differs", "refused", `topic ${name} is there, but ${counts}`);
}

function emptyTopic(firstPartition: number, spec: TopicSpec): EmbeddedTopic {
  const { name, retention, durability } = spec;
  const partitions = Array.from({ length: spec.partitions }, (_, n) => {
    return new Partition(firstPartition + n);
  });
  return { name, firstPartition, partitions, retention, durability };
}
