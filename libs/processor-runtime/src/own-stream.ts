import type { Archive } from "@titan/compact";
import type { AppendRecord } from "@titan/event-log";
import { decodeCurrent, encode } from "@titan/schema-codec";
import { Ahead } from "./ahead.ts";
import { MARK_KEY } from "./keys.ts";
import { Landed } from "./landed.ts";
import { LastMark } from "./last-mark.ts";
import { observation, type Observed, type ObservedMark } from "./observed.ts";
import type { Rules } from "./rules.ts";
import { Contradiction, twoValues, type Statement } from "./statement.ts";
import {
  heldBytes,
  recordBytes,
  valueBytes,
  valueHash,
  type StreamWriter,
} from "./stream-writer.ts";
import { StreamSum } from "./stream-sum.ts";
import { NO_TRUTH, type TruthList, type Truths } from "./truths.ts";
import type { ViewStep } from "./view.ts";

/** In the place of a truth: the record is a mark. */
const MARK = -2;

/**
 * One stream that a task writes: the records in force as the task's own function gives them, and
 * what has to be appended so that every reader comes to the same (PROTOCOL.md rules 12 to 15).
 * Pure: it makes records, its owner appends them and tells it where they landed.
 */
export class OwnStream {
  readonly topic: string;
  readonly partition: number;
  readonly #rules: Rules;
  readonly #writer: StreamWriter;
  readonly #truths: Truths;
  readonly #own: TruthList;
  readonly #inForce = new StreamSum();
  #cut = -1;
  readonly #mark = new LastMark();
  #observed: Observed[] | undefined;
  readonly #ahead = new Ahead();
  readonly #landed = new Landed();
  /** Truths whose records are to be sent, in their order. */
  #toSend: number[] | undefined;
  /** Of a stream that was kept: the keys of which the log held more since. */
  #since: Set<string> | undefined;

  /** `truths` are those of all streams of the task; `kept` holds what this one was when they were kept. */
  constructor(
    topic: string,
    partition: number,
    writer: StreamWriter,
    rules: Rules,
    truths: Truths,
    kept?: Archive,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#writer = writer;
    this.#rules = rules;
    this.#truths = truths;
    this.#own = truths.list();
    if (kept === undefined) return;
    this.keepIn(kept);
    for (const truth of this.#own) this.#inForce.replace(0n, truths.hashOf(truth));
    this.#since = new Set();
  }

  /** Whether this owner has made a mark; a stream without one is unknown to its readers, not empty. */
  get isMarked(): boolean {
    return this.#mark.revision >= 0;
  }

  /** The keys of which the log held a record when it was loaded: of a stream that was kept, since then. */
  *loaded(): Generator<string> {
    if (this.#since !== undefined) yield* this.#since;
    else for (const truth of this.#own) yield this.#own.keyOf(truth);
  }

  /** Whether `loaded` names the key. */
  wasLoaded(key: string): boolean {
    return this.#since?.has(key) ?? this.#own.find(key) !== NO_TRUTH;
  }

  /** Whether nothing is under way or to be healed, so that it can be kept. */
  get isAtRest(): boolean {
    const isHealthy = !this.hasObserved && this.lowestAhead === undefined;
    return this.isMarked && isHealthy && this.#toSend === undefined;
  }

  /** Of a stream at rest. The truths are for their owner to keep. */
  keepIn(archive: Archive): void {
    this.#own.keepIn(archive);
    this.#mark.keepIn(archive);
  }

  /** Of a stream that was kept, before `load`: whether the log says something else of it there. */
  isContradictedBy(mark: Pick<ObservedMark, "revision" | "sum">): boolean {
    return mark.revision === this.#mark.revision && mark.sum !== this.#inForce.sum;
  }

  get lastMark(): Pick<LastMark, "revision" | "offset"> {
    return this.#mark;
  }

  /** What the own function gives at the own cut: the keys that have a value, with it. */
  *values(): Generator<readonly [key: string, current: unknown]> {
    const { record } = this.#writer;
    for (const truth of this.#own) {
      if (this.#truths.hashOf(truth) === 0n) continue;
      yield [this.#own.keyOf(truth), decodeCurrent(record, this.#truths.valueOf(truth))];
    }
  }

  /** Gives back what it holds; from now on nothing may be asked of it. */
  close(): void {
    this.#toSend = undefined;
    this.#own.clear();
  }

  /**
   * Takes what the log holds before the first step: the state at `revision`. A statement with a
   * negative revision says nothing, and is only in the way.
   */
  load(revision: number, statements: readonly Statement[], marks: readonly Observed[]): void {
    this.#cut = revision;
    // Keys whose last record lies below the truth: repaired like those that are noticed later.
    const shadowed = new Map<string, Statement>();
    for (const statement of statements) {
      const { key, revision: label, hash, offset } = statement;
      const known = this.#own.find(key);
      if (this.#truths.labelOf(known) > label) {
        shadowed.set(key, statement);
        continue;
      }
      shadowed.delete(key);
      if (label < 0) continue;
      if (label > revision) {
        this.#ahead.push(statement);
        continue;
      }
      if (this.#rules.compareSinceKept) this.#since?.add(key);
      const truth = known === NO_TRUTH ? this.#own.add(key) : known;
      if (this.#truths.labelOf(truth) === label && this.#truths.hashOf(truth) !== hash) {
        throw twoValues(this.topic, statement);
      }
      this.#inForce.replace(this.#truths.hashOf(truth), hash);
      this.#truths.setValue(truth, hash, heldBytes(this.#writer, statement));
      this.#truths.setPlace(truth, label, offset);
    }
    for (const statement of shadowed.values()) this.observe(observation(statement));
    for (const mark of marks) this.observe(mark);
  }

  /** Records for the keys whose value differs from what is in force; labelled with the step. */
  step(step: ViewStep<unknown>, keys: Iterable<readonly [string, string]>): AppendRecord[] {
    this.#cut = step.revision;
    const records: AppendRecord[] = [];
    for (const [key, name] of keys) {
      const bytes = valueBytes(this.#writer, step.values.get(name) ?? null);
      const hash = valueHash(this.#writer, key, bytes);
      const truth = this.#own.find(key);
      if (hash === this.#truths.hashOf(truth)) continue;
      if (this.#truths.labelOf(truth) === step.revision) {
        const twice = `${this.topic} would hold two values of ${key} at revision ${step.revision}`;
        throw new Contradiction(twice);
      }
      records.push(this.#write(step, key, name, truth, hash, bytes));
    }
    return records;
  }

  /** The own function is known at this revision, and nothing here changed. */
  cutAt(revision: number): void {
    this.#cut = revision;
  }

  mark(): AppendRecord {
    this.#mark.made(this.#cut);
    const { sum, count } = this.#inForce;
    const value = encode("mark", { revision: this.#cut, sum, count });
    (this.#toSend ??= []).push(MARK);
    return { key: MARK_KEY, value };
  }

  /** The records handed out since the last call are sent: answers what `landed` is to be told of them. */
  sent(): readonly number[] {
    const sent = this.#toSend ?? [];
    this.#toSend = undefined;
    return sent;
  }

  /** Records that were sent are in the log, one after the other, from `base`. */
  landed(base: number, sent: readonly number[]): void {
    this.#landed.add(base, sent.length);
    sent.forEach((truth, at) => {
      if (truth === MARK) this.#mark.landed(base + at);
      else this.#truths.setPlace(truth, this.#truths.labelOf(truth), base + at);
    });
  }

  /** Whether this owner sent the record there, so that there is nothing to learn from it. Asked in the order of the log. */
  recognizes(offset: number): boolean {
    return this.#landed.has(offset);
  }

  observe(seen: Observed): void {
    (this.#observed ??= []).push(seen);
  }

  get hasObserved(): boolean {
    return this.#observed !== undefined;
  }

  /** The lowest label above the own cut that the log holds, if there is any. */
  get lowestAhead(): number | undefined {
    return this.#ahead.lowest;
  }

  /** Rule 15. Call it when no append is under way. Answers the records that heal the stream. */
  repair(step: ViewStep<unknown>): AppendRecord[] {
    this.#cut = step.revision;
    const records: AppendRecord[] = [];
    let remark = false;
    const observed = this.#observed ?? [];
    for (const reached of this.#ahead.takeTo(this.#cut)) observed.push(observation(reached));
    this.#observed = undefined;
    const wrong = new Set<string>();
    for (const seen of observed) {
      if (seen.kind === "mark") remark = this.#isLateMark(seen) || remark;
      else if (this.#isWrong(seen.statement)) wrong.add(seen.statement.key);
      // A label that was taken over: when only it is left, a new reader needs a mark that covers it.
      else if (seen.statement.revision <= this.#cut)
        remark ||= seen.statement.revision > this.#mark.revision;
    }
    for (const key of wrong) {
      const truth = this.#own.find(key);
      const held = this.#truths.valueOf(truth);
      const current = held.length > 0 ? held : valueBytes(this.#writer, null);
      const name = this.#writer.nameOf(this.topic, key);
      records.push(this.#write(step, key, name, truth, this.#truths.hashOf(truth), current));
    }
    if (remark || (records.length > 0 && this.#rules.markAfterRepair)) records.push(this.mark());
    return records;
  }

  /** Whether the key must be written again after this record was seen. */
  #isWrong(statement: Statement): boolean {
    if (statement.revision > this.#cut) {
      this.#ahead.push(statement);
      return false;
    }
    const { key, revision, hash } = statement;
    const truth = this.#own.find(key);
    const label = this.#truths.labelOf(truth);
    const offset = this.#truths.offsetOf(truth) ?? -1;
    const isSame = hash === this.#truths.hashOf(truth);
    if (revision === label) {
      if (!isSame) throw twoValues(this.topic, statement);
      // Another copy of what is in force: the last one counts.
      const last = Math.max(offset, statement.offset);
      if (truth !== NO_TRUTH) this.#truths.setPlace(truth, label, last);
      return false;
    }
    if (revision < label) return statement.offset > offset;
    if (!isSame) {
      if (revision === this.#cut) throw twoValues(this.topic, statement);
      // A truth of a revision that this owner jumped over.
      return this.#rules.repairLateTruths;
    }
    this.#truths.setPlace(this.#own.findOrAdd(key), revision, statement.offset);
    return statement.offset < offset;
  }

  #isLateMark(mark: { revision: number; sum: bigint; offset: number }): boolean {
    if (mark.revision === this.#cut && mark.sum !== this.#inForce.sum) {
      throw new Contradiction(`${this.topic} has another mark at revision ${mark.revision}`);
    }
    return this.#mark.isBefore(mark);
  }

  /** Writes a value, which is bytes, under the own cut. `known` is the truth of the key so far. */
  #write(
    step: ViewStep<unknown>,
    key: string,
    name: string,
    known: number,
    hash: bigint,
    current: Uint8Array,
  ): AppendRecord {
    const truth = known === NO_TRUTH ? this.#own.add(key) : known;
    this.#inForce.replace(this.#truths.hashOf(truth), hash);
    const held = this.#truths.valueOf(truth);
    const value = recordBytes(this.#writer, step, name, { label: this.#cut, hash, held, current });
    this.#truths.setValue(truth, hash, current);
    this.#truths.setPlace(truth, this.#cut, undefined);
    (this.#toSend ??= []).push(truth);
    return { key, value };
  }
}
