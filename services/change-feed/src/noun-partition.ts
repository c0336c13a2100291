import { Arena, ByteValues, grown, KeyNumbers } from "@titan/compact";
import type { Event } from "@titan/domain";
import type { AppendRecord } from "@titan/event-log";
import { addWrapping, type Origin, type Statement } from "@titan/processor-runtime";
import {
  encodeCurrent,
  encodePrevious,
  encodeStatement,
  nounHashOf,
  type StatementName,
} from "@titan/schema-codec";

type Seen = Pick<Statement, "key" | "revision" | "offset">;

/** Lower than every revision. */
const NO_REVISION = -1;
/** Lower than every offset: the append is under way. */
const NO_OFFSET = -1;

/**
 * One partition of a noun topic as its writer sees it: what is published, the sum of it, and what
 * has to be written again (PROTOCOL.md rules 4 and 6). Pure; the publisher appends.
 */
export class NounPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #record: StatementName;
  readonly #labelsInSums: boolean;
  /** What is published of each key, in columns: a fleet has millions. */
  readonly #keys: KeyNumbers;
  /** Records as they were encoded: a repair writes the same bytes again. */
  readonly #values: ByteValues;
  #revisions = new Float64Array();
  #hashes = new BigUint64Array();
  /** Where the last copy of each is. */
  #offsets = new Float64Array();
  #sum = 0n;
  /** Keys whose records are in the append that is under way, in its order. */
  #underWay: number[] = [];
  #observed: Seen[] = [];

  constructor(topic: string, partition: number, record: StatementName, labelsInSums = true) {
    this.#labelsInSums = labelsInSums;
    this.topic = topic;
    this.partition = partition;
    this.#record = record;
    const arena = new Arena();
    this.#keys = new KeyNumbers(arena);
    this.#values = new ByteValues(arena);
  }

  get sum(): bigint {
    return this.#sum;
  }

  /**
   * Takes what the topic holds at the start, in its order. False for a record whose key has one with a
   * higher label already.
   */
  load({ key, revision, hash, offset }: Statement, value: Uint8Array): boolean {
    const known = this.#keys.numberOf(key);
    if (known >= 0 && (this.#revisions[known] ?? NO_REVISION) > revision) return false;
    this.#put(key, revision, hash, value, offset);
    return true;
  }

  /** The record of an event that counts. `origin` is what its commit says, and one for all of its events. */
  publish(origin: Origin, event: Event, index: number): AppendRecord {
    const { key, op } = event;
    const { revision } = origin;
    const current = encodeCurrent(this.#record, event.current);
    const hash = nounHashOf(this.#record, key, this.#labelsInSums ? revision : 0, current);
    const rest = { revision, index, op, hash, origin, causes: [], processorVersion: 0 };
    const previous = encodePrevious(this.#record, event.previous);
    const value = encodeStatement(this.#record, rest, previous, current);
    this.#underWay.push(this.#put(key, revision, hash, value, NO_OFFSET));
    return { key, value };
  }

  /**
   * The records handed out since the last call are in the log: one after the other, from `base`, or
   * who knows where until they are read back.
   */
  landed(base: number | undefined): void {
    this.#underWay.forEach((number, at) => {
      if (base === undefined) return;
      this.#offsets[number] = base + at;
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
    const repaired = new Set<number>();
    for (const { key, revision, offset } of this.#observed) {
      const number = this.#keys.numberOf(key);
      if (number < 0) continue;
      const label = this.#revisions[number] ?? NO_REVISION;
      const last = this.#offsets[number] ?? NO_OFFSET;
      if (revision === label) {
        this.#offsets[number] = Math.max(last, offset);
      } else if (revision < label && offset > last) {
        if (!againstOwnWorld || repaired.has(number)) continue;
        repaired.add(number);
        records.push({ key, value: new Uint8Array(this.#values.get(number)) });
      }
    }
    this.#underWay.push(...repaired);
    this.#observed = [];
    return records;
  }

  /** Answers the number of the key. */
  #put(key: string, revision: number, hash: bigint, value: Uint8Array, offset: number): number {
    const number = this.#keys.add(key);
    this.#revisions = grown(this.#revisions, number);
    this.#hashes = grown(this.#hashes, number);
    this.#offsets = grown(this.#offsets, number);
    this.#sum = addWrapping(this.#sum, hash - (this.#hashes[number] ?? 0n));
    this.#revisions[number] = revision;
    this.#hashes[number] = hash;
    this.#offsets[number] = offset;
    this.#values.set(number, value);
    return number;
  }
}
