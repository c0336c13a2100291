import type { EventLog, LogRecord, Subscription } from "@titan/event-log";
import { CutFold } from "./cut-fold.ts";
import { FRONTIER_TOPIC } from "./keys.ts";
import { readStatement } from "./read-statement.ts";
import type { Rules } from "./rules.ts";
import { SharedValues } from "./shared-values.ts";
import type { Signal } from "./signal.ts";
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
}

/** So many records, or cuts, may be verified and wait in one input before it is not read on. */
const RECORDS_WAITING_MAX = 5_000;
const CUTS_WAITING_MAX = 1_000;

export type OnUnreadable = (
  topic: string,
  partition: number,
  record: LogRecord,
  code: string,
  reason: string,
) => void;

/**
 * Fills one fold per input from the log. Promises: every record is folded, in the order of its
 * partition, from offset zero (rule 10); a fold in which much waits is not read on. Raises
 * `arrived` after each batch.
 */
export class InputReader {
  readonly folds: readonly CutFold[];
  readonly #log: EventLog;
  readonly #inputs: readonly InputPartition[];
  readonly #arrived: Signal;
  readonly #onUnreadable: OnUnreadable;
  readonly #byName = new Map<string, CutFold>();
  readonly #byTopic = new Map<string, CutFold[]>();
  #subscriptions: Subscription[] = [];
  readonly #values: SharedValues[] = [];
  #behind = new Set<string>();
  #drained: (() => void)[] = [];
  #bounded = false;

  constructor(
    log: EventLog,
    inputs: readonly InputPartition[],
    arrived: Signal,
    rules: Rules,
    onUnreadable: OnUnreadable,
  ) {
    this.#log = log;
    this.#inputs = inputs;
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
  }

  /** Whether everything that was there at `open` has been read. */
  get caughtUp(): boolean {
    return this.#behind.size === 0;
  }

  async open(): Promise<void> {
    const sources: Source[] = this.#inputs.map(({ topic, partition, cuts }, at) =>
      this.#source(topic, partition, this.folds[at], cuts === "marks"),
    );
    if (this.#inputs.some((input) => input.cuts === "frontier")) {
      sources.push(this.#source(FRONTIER_TOPIC, 0, undefined, false));
    }
    for (const source of sources) {
      const { topic, partition, fold } = source;
      const { end } = await this.#log.bounds(topic, partition);
      this.#subscriptions.push(
        this.#log.subscribe({ topic, partition, from: 0 }, (batch) => {
          for (const record of batch.records) this.#read(source, record);
          if (batch.next >= end) this.#behind.delete(`${topic} ${partition}`);
          this.#arrived.raise();
          return fold === undefined ? undefined : this.#room(fold);
        }),
      );
    }
  }

  #source(topic: string, partition: number, fold: CutFold | undefined, marks: boolean): Source {
    const values = SharedValues.join(topic, partition);
    this.#values.push(values);
    this.#behind.add(`${topic} ${partition}`);
    return { topic, partition, values, fold, marks };
  }

  /** Those of these nouns that the task reads, with the revision at which each was changed last: information, never part of a value. */
  labelled(refs: readonly CauseRef[]): { kind: string; key: string; revision: number }[] {
    const labelled: { kind: string; key: string; revision: number }[] = [];
    for (const { kind, stream, key } of refs) {
      for (const fold of this.#byTopic.get(stream) ?? []) {
        const revision = fold.labelOf(key);
        if (revision !== undefined) labelled.push({ kind, key, revision });
      }
    }
    return labelled;
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
        if (marks) fold?.addCut(read.mark);
        return;
      case "frontier":
        for (const cut of read.frontier.partitions) {
          this.#byName
            .get(`${cut.topic} ${cut.partition}`)
            ?.addCut({ revision: read.frontier.revision, sum: cut.sum });
        }
        return;
      case "unreadable":
        this.#onUnreadable(topic, partition, record, read.error.code, read.error.message);
        return;
    }
  }
}
