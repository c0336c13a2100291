import { partitionOf } from "@titan/domain";
import type { AppendRecord, EventLog } from "@titan/event-log";
import { addWrapping, FRONTIER_KEY, FRONTIER_TOPIC } from "@titan/processor-runtime";
import { encode, nounHash, type RecordTypes, type StatementName } from "@titan/schema-codec";

interface NounPartition {
  readonly topic: string;
  readonly partition: number;
  sum: bigint;
  /** What the record in force of each key adds to the sum. */
  readonly held: Map<string, bigint>;
  records: AppendRecord[];
}

const RECORDS_PER_APPEND = 5_000;

/**
 * Fills noun topics as the feed does, each record at a revision of its own, with one frontier over
 * them whenever `finish` is called. Only for topics that nobody else writes meanwhile.
 */
export class NounFiller {
  readonly #log: EventLog;
  readonly #partitions = new Map<string, NounPartition>();
  readonly #counts: Readonly<Record<string, number>>;
  #revision: number;

  /** Goes on after `revision`. Every topic that a reader needs a cut of is named, with its partitions. */
  constructor(log: EventLog, revision: number, topics: Readonly<Record<string, number>>) {
    this.#log = log;
    this.#revision = revision;
    this.#counts = topics;
    for (const [topic, count] of Object.entries(topics)) {
      for (let partition = 0; partition < count; partition += 1) {
        const empty = { sum: 0n, held: new Map<string, bigint>(), records: [] };
        this.#partitions.set(`${topic} ${partition}`, { topic, partition, ...empty });
      }
    }
  }

  get revision(): number {
    return this.#revision;
  }

  async add(record: StatementName, key: string, current: object): Promise<void> {
    const topic = `titan.${record}`;
    const partition = this.#partitions.get(
      `${topic} ${partitionOf(key, this.#counts[topic] ?? 1)}`,
    );
    if (partition === undefined) throw new RangeError(`${topic} was not named`);
    this.#revision += 1;
    const hash = nounHash(record, key, this.#revision, current as never);
    partition.sum = addWrapping(partition.sum, hash - (partition.held.get(key) ?? 0n));
    partition.held.set(key, hash);
    // The encoder's buffer is used again.
    const value = Buffer.from(encode(record, this.#statement(current, hash)));
    partition.records.push({ key, value });
    if (partition.records.length >= RECORDS_PER_APPEND) await this.#flush([partition]);
  }

  /** Writes what waits, and the frontier over all of it. */
  async finish(): Promise<void> {
    const partitions = [...this.#partitions.values()];
    await this.#flush(partitions);
    const value = encode("frontier", {
      revision: this.#revision,
      commitId: `c${this.#revision}`,
      commitPosition: 0,
      partitions: partitions.map(({ topic, partition, sum }) => ({
        topic,
        partition,
        end: 0,
        sum,
      })),
    });
    const records = [{ key: FRONTIER_KEY, value }];
    await this.#log.append([{ topic: FRONTIER_TOPIC, partition: 0, records }]);
  }

  async #flush(partitions: readonly NounPartition[]): Promise<void> {
    const full = partitions.filter(({ records }) => records.length > 0);
    if (full.length === 0) return;
    const batches = full.map(({ topic, partition, records }) => ({ topic, partition, records }));
    for (const partition of full) partition.records = [];
    await this.#log.append(batches);
  }

  #statement(current: object, hash: bigint): RecordTypes[StatementName] {
    return {
      revision: this.#revision,
      index: 0,
      op: "UPDATE",
      previous: null,
      current,
      hash,
      changeId: `change-${this.#revision}`,
      actor: "bench",
      reason: "",
      occurredAt: this.#revision,
      causes: [],
      processorVersion: 0,
    } as unknown as RecordTypes[StatementName];
  }
}
