import type { Commit, Event } from "@titan/domain";
import type { AppendRecord } from "@titan/event-log";
import { addWrapping, type Statement } from "@titan/processor-runtime";
import { encode, nounHash, type RecordTypes, type StatementName } from "@titan/schema-codec";

interface Published {
  readonly revision: number;
  readonly hash: bigint;
  /** The record as it was encoded: a repair writes the same bytes again. */
  readonly value: Uint8Array;
  /** Where its last copy is; undefined while the append is under way. */
  offset: number | undefined;
}

type Seen = Pick<Statement, "key" | "revision" | "offset">;

/** Lower than every revision. */
const NO_REVISION = -1;

/**
 * One partition of a noun topic as its writer sees it: what is published, the sum of it, and what
 * has to be written again (PROTOCOL.md rules 4 and 6). Pure; the publisher appends.
 */
export class NounPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #record: StatementName;
  readonly #labelsInSums: boolean;
  readonly #published = new Map<string, Published>();
  #sum = 0n;
  #underWay: Published[] = [];
  #observed: Seen[] = [];

  constructor(topic: string, partition: number, record: StatementName, labelsInSums = true) {
    this.#labelsInSums = labelsInSums;
    this.topic = topic;
    this.partition = partition;
    this.#record = record;
  }

  get sum(): bigint {
    return this.#sum;
  }

  /** Takes what the topic holds for a key at the start. */
  load(statement: Statement, value: Uint8Array): void {
    const { key, revision, hash, offset } = statement;
    this.#put(key, { revision, hash, value, offset });
  }

  /** The record of an event that counts. */
  publish(commit: Commit, event: Event, index: number): AppendRecord {
    const { key, op, previous, current } = event;
    const { revision, changeId, actor, reason, committedAt } = commit;
    const hash = nounHash(this.#record, key, this.#labelsInSums ? revision : 0, current as never);
    const value = encode(this.#record, {
      revision,
      index,
      op,
      previous,
      current,
      hash,
      changeId,
      actor,
      reason,
      occurredAt: committedAt,
      causes: [],
      processorVersion: 0,
    } as RecordTypes[StatementName]);
    const published: Published = { revision, hash, value, offset: undefined };
    this.#put(key, published);
    this.#underWay.push(published);
    return { key, value };
  }

  /** The records handed out since the last call are in the log, one after the other, from `base`. */
  landed(base: number): void {
    this.#underWay.forEach((published, at) => {
      published.offset = base + at;
    });
    this.#underWay = [];
  }

  observe(seen: Seen): void {
    this.#observed.push(seen);
  }

  /** A record that says nothing of its key is in the way like one that is too old. */
  observeUnreadable({ key, offset }: Pick<Statement, "key" | "offset">): void {
    this.#observed.push({ key, revision: NO_REVISION, offset });
  }

  /**
   * Keys whose last record has a lower label than the own world gives them: compaction would keep
   * the old one. Compared with the world, not with what the topic still holds. Call it when no
   * append is under way.
   */
  repair(againstOwnWorld = true): AppendRecord[] {
    const records: AppendRecord[] = [];
    for (const { key, revision, offset } of this.#observed) {
      const published = this.#published.get(key);
      if (published === undefined) continue;
      if (revision === published.revision) {
        published.offset = Math.max(published.offset ?? -1, offset);
      } else if (revision < published.revision && offset > (published.offset ?? -1)) {
        if (!againstOwnWorld || this.#underWay.includes(published)) continue;
        this.#underWay.push(published);
        records.push({ key, value: published.value });
      }
    }
    this.#observed = [];
    return records;
  }

  #put(key: string, published: Published): void {
    const before = this.#published.get(key);
    this.#sum = addWrapping(this.#sum, published.hash - (before?.hash ?? 0n));
    this.#published.set(key, published);
  }
}
