import { partitionOf } from "@titan/domain";
import type { AppendRecord, EventLog } from "@titan/event-log";
import { addWrapping, FRONTIER_KEY, FRONTIER_TOPIC } from "@titan/processor-runtime";
import { encode, nounHash, type RecordTypes, type StatementName } from "@titan/schema-codec";

interface NounPartition {
  readonly topic: string;
  readonly partition: number;
  sum: bigint;
  records: AppendRecord[];
}

const RECORDS_PER_APPEND = 5_000;

/**
 * Fills noun topics as the feed leaves them after compaction: one record per key, each of a
 * revision of its own, and one frontier over them. Only for topics that nobody writes meanwhile.
 */
export class NounFiller {
  readonly #log: EventLog;
  readonly #partitions = new Map<string, NounPartition>();
  #revision: number;

  /** Goes on after `revision`. Every topic that a reader needs a cut of is named, with its partitions. */
  constructor(log: EventLog, revision: number, topics: Readonly<Record<string, number>>) {
    this.#log = log;
    this.#revision = revision;
    for (const [topic, count] of Object.entries(topics)) {
      for (let partition = 0; partition < count; partition += 1) {
        this.#partitions.set(`${topic} ${partition}`, { topic, partition, sum: 0n, records: [] });
      }
    }
  }

  get revision(): number {
    return this.#revision;
  }

  async add(record: StatementName, key: string, current: object): Promise<void> {
    const topic = `titan.${record}`;
    const count = [...this.#partitions.values()].filter((one) => one.topic === topic).length;
    const partition = this.#partitions.get(`${topic} ${partitionOf(key, count)}`);
    if (partition === undefined) throw new RangeError(`${topic} was not named`);
    this.#revision += 1;
    const hash = nounHash(record, key, this.#revision, current as never);
    partition.sum = addWrapping(partition.sum, hash);
    // The encoder's buffer is used again.
    const value = Buffer.from(encode(record, this.#statement(current, hash)));
    partition.records.push({ key, value });
    if (partition.records.length >= RECORDS_PER_APPEND) await this.#flush(partition);
  }

  /** Writes what waits, and the frontier over all of it. */
  async finish(): Promise<void> {
    const partitions = [...this.#partitions.values()];
    for (const partition of partitions) await this.#flush(partition);
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

  async #flush(partition: NounPartition): Promise<void> {
    const { topic, partition: number, records } = partition;
    if (records.length === 0) return;
    partition.records = [];
    await this.#log.append([{ topic, partition: number, records }]);
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
