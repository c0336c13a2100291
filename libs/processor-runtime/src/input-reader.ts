import type { Archive } from "@titan/compact";
import type { Cause } from "@titan/domain";
import type { EventLog, LogRecord, ReadBatch, Subscription } from "@titan/event-log";
import { CutFold } from "./cut-fold.ts";
import { FRONTIER_TOPIC } from "./keys.ts";
import { readStatement } from "./read-statement.ts";
import type { Rules } from "./rules.ts";
import { SharedValues } from "./shared-values.ts";
import type { Signal } from "./signal.ts";
import { UnusableSnapshot } from "./unusable-snapshot.ts";
import type { CauseRef } from "./view.ts";

/** A partition that a task reads: nouns get their cuts from the frontier, others from marks. */
export interface InputPartition {
  readonly topic: string;
  readonly partition: number;
  readonly cuts: "frontier" | "marks";
}

interface Source {
  readonly values: SharedValues;
  readonly topic: string;
  readonly partition: number;
  readonly fold: CutFold | undefined;
  readonly marks: boolean;
  /** The offset from which it is read. */
  from: number;
  /** The offset to read next. */
  next: number;
  /** Where the cuts are that were read and are not yet below the one in use. */
  cuts: { readonly revision: number; readonly offset: number }[];
  /** At so many of them those are dropped that are of no more use. */
  cutsMax: number;
}

/** So many records, or cuts, may be verified and wait in one input before it is not read on. */
const RECORDS_WAITING_MAX = 5_000;
const CUTS_WAITING_MAX = 1_000;
/** So many cuts are noted at least before those are dropped that are of no more use. */
const CUTS_NOTED = 1_024;

export type OnUnreadable = (
  topic: string,
  partition: number,
  record: LogRecord,
  code: string,
  reason: string,
) => void;

/**
 * Fills one fold per input from the log. Promises: every record is folded, in the order of its
 * partition, from offset zero (rule 10) or from where that was that the folds were kept with; a
 * fold in which much waits is not read on. Raises `arrived` after each batch.
 */
export class InputReader {
  readonly folds: readonly CutFold[];
  readonly #log: EventLog;
  readonly #arrived: Signal;
  readonly #onUnreadable: OnUnreadable;
  readonly #byName = new Map<string, CutFold>();
  readonly #byTopic = new Map<string, CutFold[]>();
  #subscriptions: Subscription[] = [];
  readonly #values: SharedValues[] = [];
  #behind = new Set<string>();
  #drained: (() => void)[] = [];
  #bounded = false;
  readonly #sources: Source[];
  #recordsRead = 0;
  #held: Promise<void> | undefined;

  constructor(
    log: EventLog,
    inputs: readonly InputPartition[],
    arrived: Signal,
    rules: Rules,
    onUnreadable: OnUnreadable,
  ) {
    this.#log = log;
    this.#arrived = arrived;
    this.#onUnreadable = onUnreadable;
    this.folds = inputs.map((input) => {
      const fold = new CutFold(rules);
      this.#byName.set(`${input.topic} ${input.partition}`, fold);
      const others = this.#byTopic.get(input.topic);
      if (others === undefined) this.#byTopic.set(input.topic, [fold]);
      else others.push(fold);
      return fold;
    });
    this.#sources = inputs.map(({ topic, partition, cuts }, at) =>
      this.#source(topic, partition, this.folds[at], cuts === "marks"),
    );
    if (inputs.some((input) => input.cuts === "frontier")) {
      this.#sources.push(this.#source(FRONTIER_TOPIC, 0, undefined, false));
    }
  }

  /** Whether everything that was there at `open` has been read. */
  get caughtUp(): boolean {
    return this.#behind.size === 0;
  }

  async open(): Promise<void> {
    for (const source of this.#sources) {
      const { topic, partition, fold, from } = source;
      const { end } = await this.#log.bounds(topic, partition);
      if (from > end) throw new UnusableSnapshot(`${topic} ${partition} ends before it`);
      const take = (batch: ReadBatch): Promise<void> | undefined => {
        for (const record of batch.records) this.#read(source, record);
        source.next = batch.next;
        this.#recordsRead += batch.records.length;
        if (batch.next >= end) this.#behind.delete(`${topic} ${partition}`);
        this.#arrived.raise();
        return fold === undefined ? undefined : this.#room(fold);
      };
      this.#subscriptions.push(
        this.#log.subscribe({ topic, partition, from }, (batch) =>
          this.#held === undefined ? take(batch) : this.#held.then(() => take(batch)),
        ),
      );
    }
  }

  /** How many records were read since the last call of `hold`. */
  get recordsRead(): number {
    return this.#recordsRead;
  }

  /** Whether every fold is what it was at the cut in use, and it is known where to go on. */
  get isAtRest(): boolean {
    return (
      this.folds.every((fold) => fold.isAtRest) &&
      this.#sources.every((source) => this.#resumeAt(source) !== undefined)
    );
  }

  /** Nothing is read until the promise is settled. */
  hold(until: Promise<void>): void {
    this.#recordsRead = 0;
    const release = (): void => {
      this.#held = undefined;
    };
    this.#held = until.then(release, release);
  }

  /** Of a reader at rest; into one that is not open. */
  keepIn(archive: Archive): void {
    for (const source of this.#sources) {
      source.from = archive.json(this.#resumeAt(source) ?? 0);
      source.fold?.keepIn(archive);
    }
  }

  /**
   * From where on a source must be read to go on from the cut in use: the cut itself is among what
   * is read, so that another log under the same name is not taken for this one.
   */
  #resumeAt(source: Source): number | undefined {
    const { fold, marks, next } = source;
    const pending = Math.min(fold?.firstPending ?? next, next);
    if (fold !== undefined && !marks) return pending;
    this.#dropCuts(source);
    const first = source.cuts.reduce((lowest, { offset }) => Math.min(lowest, offset), Infinity);
    return source.cuts.length === 0 ? undefined : Math.min(pending, first);
  }

  #dropCuts(source: Source): void {
    const { inUse = -1 } = this.folds[0] ?? {};
    source.cuts = source.cuts.filter(({ revision }) => revision >= inUse);
  }

  #source(topic: string, partition: number, fold: CutFold | undefined, marks: boolean): Source {
    const values = SharedValues.join(topic, partition);
    this.#values.push(values);
    this.#behind.add(`${topic} ${partition}`);
    const place = { from: 0, next: 0, cuts: [], cutsMax: CUTS_NOTED };
    return { topic, partition, values, fold, marks, ...place };
  }

  /** A noun with the revision at which it was changed last, if the task reads it: information, never part of a value. */
  labelled({ kind, stream, key }: CauseRef): Cause | undefined {
    for (const fold of this.#byTopic.get(stream) ?? []) {
      const revision = fold.labelOf(key);
      if (revision !== undefined) return { kind, key, revision };
    }
    return undefined;
  }

  /** From now on a full backlog holds its input; before the start everything is needed. */
  bound(): void {
    this.#bounded = true;
  }

  /** Lets inputs that were held go on, if they have room. */
  drained(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  async close(): Promise<void> {
    this.#bounded = false;
    const closing = this.#subscriptions.map((subscription) => subscription.close());
    this.#subscriptions = [];
    this.drained();
    await Promise.all(closing);
    for (const values of this.#values.splice(0)) values.leave();
  }

  /** One verified cut never fills an input: it may lie below what the other inputs have left. */
  #isFull(fold: CutFold): boolean {
    if (!this.#bounded) return false;
    const { cuts, records } = fold.waiting;
    return cuts > CUTS_WAITING_MAX || (cuts > 1 && records > RECORDS_WAITING_MAX);
  }

  #room(fold: CutFold): Promise<void> | undefined {
    if (!this.#isFull(fold)) return undefined;
    return (async () => {
      while (this.#isFull(fold)) {
        await new Promise<void>((resolve) => {
          this.#drained.push(resolve);
        });
      }
    })();
  }

  #read(source: Source, record: LogRecord): void {
    const { topic, partition, values, fold, marks } = source;
    const read = readStatement(record);
    switch (read.kind) {
      case "statement":
        fold?.add(values.share(read.statement));
        return;
      case "mark":
        if (!marks) return;
        fold?.addCut(read.mark);
        this.#noteCut(source, read.mark.revision, read.offset);
        return;
      case "frontier":
        for (const cut of read.frontier.partitions) {
          this.#byName
            .get(`${cut.topic} ${cut.partition}`)
            ?.addCut({ revision: read.frontier.revision, sum: cut.sum });
        }
        this.#noteCut(source, read.frontier.revision, read.offset);
        return;
      case "unreadable":
        this.#onUnreadable(topic, partition, record, read.error.code, read.error.message);
        return;
    }
  }

  #noteCut(source: Source, revision: number, offset: number): void {
    source.cuts.push({ revision, offset });
    if (source.cuts.length < source.cutsMax) return;
    this.#dropCuts(source);
    source.cutsMax = Math.max(CUTS_NOTED, 2 * source.cuts.length);
  }
}
