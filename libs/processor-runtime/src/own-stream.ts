import type { AppendRecord, LogRecord } from "@titan/event-log";
import { derivedHash, encode, type RecordTypes, type StatementName } from "@titan/schema-codec";
import { MARK_KEY } from "./keys.ts";
import { observation, type Observed } from "./observed.ts";
import type { Rules } from "./rules.ts";
import { addWrapping, Contradiction, type Statement } from "./statement.ts";
import type { ViewStep } from "./view.ts";
import { WrittenRecords } from "./written-records.ts";

/** What this task holds to be true of one key, and where the log says so. */
interface Truth {
  hash: bigint;
  current: unknown;
  /** The highest label at or below the own cut. */
  label: number;
  /** Where the last copy with that label is; undefined while its append is under way. */
  offset: number | undefined;
}

/** What goes into each record beside key and value. */
export interface StreamWriter {
  readonly record: StatementName;
  readonly processorVersion: number;
  previousOf(current: unknown): unknown;
  /** What the view calls a key of a topic. */
  nameOf(topic: string, key: string): string;
}

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
  readonly #truths = new Map<string, Truth>();
  #sum = 0n;
  #count = 0;
  #cut = -1;
  #markRevision = -1;
  #markOffset: number | undefined;
  #observed: Observed[] = [];
  #ahead: Statement[] = [];
  /** Truths whose records are in the append that is under way, by their place in it. */
  #underWay: (Truth | "mark")[] = [];
  readonly #written = new WrittenRecords<Truth | "mark">();

  constructor(topic: string, partition: number, writer: StreamWriter, rules: Rules) {
    this.topic = topic;
    this.partition = partition;
    this.#writer = writer;
    this.#rules = rules;
  }

  get sum(): bigint {
    return this.#sum;
  }

  /** Whether this owner has made a mark; a stream without one is unknown to its readers, not empty. */
  get isMarked(): boolean {
    return this.#markRevision >= 0;
  }

  keys(): MapIterator<string> {
    return this.#truths.keys();
  }

  has(key: string): boolean {
    return this.#truths.has(key);
  }

  /** What the own function gives at the own cut: the keys that have a value, with it. */
  *values(): Generator<readonly [key: string, current: unknown]> {
    for (const [key, { current }] of this.#truths) if (current !== null) yield [key, current];
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
      const { key, revision: label, hash, current, offset } = statement;
      const truth = this.#truths.get(key);
      if (truth !== undefined && truth.label > label) {
        shadowed.set(key, statement);
        continue;
      }
      shadowed.delete(key);
      if (label < 0) continue;
      if (label > revision) {
        this.#ahead.push(statement);
        continue;
      }
      if (truth?.label === label && truth.hash !== hash) throw contradiction(this.topic, statement);
      this.#truths.set(key, { hash, current, label, offset });
    }
    for (const truth of this.#truths.values()) {
      this.#sum = addWrapping(this.#sum, truth.hash);
      if (truth.hash !== 0n) this.#count += 1;
    }
    for (const statement of shadowed.values()) {
      this.#observed.push(observation(statement));
    }
    for (const mark of marks) this.#observed.push(mark);
  }

  /** Records for the keys whose value differs from what is in force; labelled with the step. */
  step(step: ViewStep<unknown>, keys: Iterable<readonly [string, string]>): AppendRecord[] {
    this.#cut = step.revision;
    const records: AppendRecord[] = [];
    for (const [key, name] of keys) {
      const current = step.values.get(name) ?? null;
      const hash = this.#hash(key, current);
      const truth = this.#truths.get(key);
      if (truth === undefined ? current === null : truth.hash === hash) continue;
      if (truth?.label === step.revision) throw new Contradiction(this.#twice(key, step.revision));
      records.push(this.#write(key, current, hash, step, name));
    }
    return records;
  }

  /** The own function is known at this revision, and nothing here changed. */
  cutAt(revision: number): void {
    this.#cut = revision;
  }

  mark(): AppendRecord {
    this.#markRevision = this.#cut;
    this.#markOffset = undefined;
    const value = encode("mark", { revision: this.#cut, sum: this.#sum, count: this.#count });
    return this.#handOut({ key: MARK_KEY, value }, "mark");
  }

  /** The records handed out since the last call are in the log, one after the other, from `base`. */
  landed(base: number): void {
    this.#underWay.forEach((truth, at) => {
      if (truth === "mark") this.#markOffset = base + at;
      else truth.offset = base + at;
    });
    this.#underWay = [];
  }

  /** Whether a record is the one that was written last under its key, and needs no healing. */
  recognizes(record: LogRecord): boolean {
    const truth = this.#written.recognize(record);
    if (truth === undefined) return false;
    if (truth === "mark") this.#markOffset = Math.max(this.#markOffset ?? -1, record.offset);
    else truth.offset = Math.max(truth.offset ?? -1, record.offset);
    return true;
  }

  observe(statement: Statement): void {
    this.#observed.push(observation(statement));
  }

  observeMark(mark: { revision: number; sum: bigint }, offset: number): void {
    this.#observed.push({ kind: "mark", revision: mark.revision, sum: mark.sum, offset });
  }

  get hasObserved(): boolean {
    return this.#observed.length > 0;
  }

  /** The lowest label above the own cut that the log holds, if there is any. */
  get lowestAhead(): number | undefined {
    return this.#ahead.length === 0
      ? undefined
      : Math.min(...this.#ahead.map(({ revision }) => revision));
  }

  /** Rule 15. Call it when no append is under way. Answers the records that heal the stream. */
  repair(step: ViewStep<unknown>): AppendRecord[] {
    this.#cut = step.revision;
    const records: AppendRecord[] = [];
    let remark = false;
    const { reached = [], above = [] } = Object.groupBy(this.#ahead, ({ revision }) =>
      revision <= this.#cut ? "reached" : "above",
    );
    const observed = [...this.#observed, ...reached.map((one) => observation(one))];
    this.#observed = [];
    this.#ahead = above;
    const wrong = new Set<string>();
    for (const seen of observed) {
      if (seen.kind === "mark") remark = this.#isLateMark(seen) || remark;
      else if (this.#isWrong(seen.statement)) wrong.add(seen.statement.key);
      // A label that was taken over: when only it is left, a new reader needs a mark that covers it.
      else if (seen.statement.revision <= this.#cut)
        remark ||= seen.statement.revision > this.#markRevision;
    }
    for (const key of wrong) {
      const truth = this.#truths.get(key);
      const name = this.#writer.nameOf(this.topic, key);
      records.push(this.#write(key, truth?.current ?? null, truth?.hash ?? 0n, step, name));
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
    const truth = this.#truths.get(statement.key) ?? {
      hash: 0n,
      current: null,
      label: -1,
      offset: undefined,
    };
    const offset = truth.offset ?? -1;
    if (statement.revision === truth.label) {
      if (statement.hash !== truth.hash) throw contradiction(this.topic, statement);
      truth.offset = Math.max(offset, statement.offset);
      return false;
    }
    if (statement.revision < truth.label) return statement.offset > offset;
    if (statement.hash !== truth.hash) {
      if (statement.revision === this.#cut) throw contradiction(this.topic, statement);
      // A truth of a revision that this owner jumped over.
      return this.#rules.repairLateTruths;
    }
    truth.label = statement.revision;
    truth.offset = statement.offset;
    this.#truths.set(statement.key, truth);
    return statement.offset < offset;
  }

  #isLateMark(mark: { revision: number; sum: bigint; offset: number }): boolean {
    if (mark.revision === this.#cut && mark.sum !== this.#sum) {
      throw new Contradiction(`${this.topic} has another mark at revision ${mark.revision}`);
    }
    return mark.revision < this.#markRevision && mark.offset > (this.#markOffset ?? -1);
  }

  #write(
    key: string,
    current: unknown,
    hash: bigint,
    step: ViewStep<unknown>,
    name: string,
  ): AppendRecord {
    const before = this.#truths.get(key);
    const truth: Truth = { hash, current, label: this.#cut, offset: undefined };
    this.#sum = addWrapping(this.#sum, hash - (before?.hash ?? 0n));
    this.#count += (hash === 0n ? 0 : 1) - (before === undefined || before.hash === 0n ? 0 : 1);
    this.#truths.set(key, truth);
    const { changeId, actor, reason, occurredAt } = step.origin;
    const value = encode(this.#writer.record, {
      revision: this.#cut,
      index: 0,
      op: current === null ? "DELETE" : "UPDATE",
      previous: this.#writer.previousOf(before?.current ?? null),
      current,
      hash,
      changeId,
      actor,
      reason,
      occurredAt,
      causes: step.causesOf(name),
      processorVersion: this.#writer.processorVersion,
    } as RecordTypes[StatementName]);
    return this.#handOut({ key, value }, truth);
  }

  #handOut(record: AppendRecord, truth: Truth | "mark"): AppendRecord {
    this.#underWay.push(truth);
    this.#written.add(record, truth);
    return record;
  }

  #hash(key: string, current: unknown): bigint {
    return derivedHash(this.#writer.record, key, current as RecordTypes[StatementName]["current"]);
  }

  #twice(key: string, revision: number): string {
    return `${this.topic} would hold two values of ${key} at revision ${revision}`;
  }
}

function contradiction(topic: string, statement: Statement): Contradiction {
  return new Contradiction(
    `${topic} has two values of ${statement.key} at revision ${statement.revision} (offset ${statement.offset})`,
  );
}
