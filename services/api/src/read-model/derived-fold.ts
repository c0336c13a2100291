import type { Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  Alignment,
  AUDIT_WINDOW_MS,
  InputReader,
  RULES,
  Signal,
  type AlignedStep,
  type Clock,
  type InputPartition,
  type Statement,
} from "@titan/processor-runtime";
import { sameAs, statementsOf } from "./aligned-statements.ts";
import {
  DERIVED_STREAMS,
  partitionsOf,
  rowOf,
  targetsIn,
  isStored,
  type DerivedStream,
  type StoredStream,
} from "./derived-stream.ts";
import { DerivedStore, type DerivedVersion } from "./derived-store.ts";
import { ALL_KEYS } from "./key-ranges.ts";
import type { ReadModelFile } from "./read-model-file.ts";
import { RevisionWaiters } from "./revision-waiters.ts";
import { turn } from "./turn.ts";

/** What one step changed: a record in force from now on, or none any more. */
export interface DerivedChange {
  readonly stream: StoredStream;
  readonly key: string;
  readonly version: DerivedVersion | undefined;
}

export interface DerivedStep {
  readonly cut: number;
  readonly changes: readonly DerivedChange[];
}

/** An input that keeps the fold from going on. */
export interface Lagging {
  readonly topic: string;
  readonly partition: number;
  readonly revision: number;
}

/** One transaction covers at most so many steps, or begins no further one after so many records. */
const STEPS_PER_TRANSACTION_MAX = 64;
const RECORDS_PER_TRANSACTION_MAX = 4_000;
const FORGET_EVERY_MS = 60 * 60 * 1_000;

/**
 * Folds the derived streams to verified cuts that they have in common (PROTOCOL.md rules 7 to 10).
 *
 * Promises: the file never shows a state between two cuts once `cut` is defined; it has a version
 * for every cut from `historyFrom` on, and none before. It reads from offset zero always, so a
 * start begins a new history unless it finds the very cut at which the file stopped.
 */
export class DerivedFold {
  readonly store: DerivedStore;
  readonly waiters = new RevisionWaiters();
  readonly #file: ReadModelFile;
  readonly #clock: Clock;
  readonly #inputs: readonly (InputPartition & { readonly topic: DerivedStream })[];
  readonly #reader: InputReader;
  readonly #alignment: Alignment;
  readonly #arrived = new Signal();
  readonly #listeners = new Set<(step: DerivedStep) => void>();
  #cut: number | undefined;
  #historyFrom = 0;
  #forgotAt = 0;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(file: ReadModelFile, log: EventLog, clock: Clock, installation: Installation) {
    this.#file = file;
    this.#clock = clock;
    this.store = new DerivedStore(file.database);
    this.#inputs = DERIVED_STREAMS.flatMap((topic) =>
      Array.from({ length: partitionsOf(topic, installation) }, (_, partition) => ({
        topic,
        partition,
        cuts: "marks" as const,
      })),
    );
    // A record that can not be read shows in the sums: no cut verifies without it.
    this.#reader = new InputReader(log, this.#inputs, this.#arrived, RULES, () => {});
    this.#alignment = new Alignment(this.#reader.folds);
  }

  /** The cut that the file is at; undefined while none has verified since the start. */
  get cut(): number | undefined {
    return this.#cut;
  }

  /** The oldest cut that can be asked about. */
  get historyFrom(): number {
    return this.#historyFrom;
  }

  /** The inputs that are furthest behind. */
  lagging(): readonly Lagging[] {
    const at = this.#inputs.map(({ topic, partition }, index) => {
      const fold = this.#reader.folds[index];
      return { topic, partition, revision: Math.max(0, fold?.highestVerified ?? fold?.inUse ?? 0) };
    });
    const lowest = Math.min(...at.map(({ revision }) => revision));
    return at.filter(({ revision }) => revision === lowest);
  }

  listen(onStep: (step: DerivedStep) => void): () => void {
    this.#listeners.add(onStep);
    return () => this.#listeners.delete(onStep);
  }

  async start(onError: (error: Error) => void): Promise<void> {
    await this.#reader.open();
    this.#running = this.#run().catch((error: unknown) => {
      onError(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#arrived.raise();
    this.waiters.close();
    await this.#reader.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const first = await this.#first();
    if (first === undefined) return;
    this.#reader.bound();
    await this.#begin(first);
    while (!this.#stopped) {
      const steps = this.#nextSteps();
      if (steps.length === 0) {
        await this.#arrived.wait();
        continue;
      }
      this.#store(steps);
      await turn();
    }
  }

  async #first(): Promise<AlignedStep | undefined> {
    while (!this.#stopped) {
      const step = this.#reader.caughtUp ? this.#alignment.start() : undefined;
      if (step !== undefined) return step;
      await this.#arrived.wait();
    }
    return undefined;
  }

  #nextSteps(): readonly AlignedStep[] {
    const steps: AlignedStep[] = [];
    let records = 0;
    while (steps.length < STEPS_PER_TRANSACTION_MAX && records < RECORDS_PER_TRANSACTION_MAX) {
      const step = this.#alignment.next();
      this.#reader.drained();
      if (step === undefined) break;
      steps.push(step);
      for (const { statements } of step.changes) records += statements.size;
    }
    return steps;
  }

  /** Makes the file equal to the first cut. Nobody reads it meanwhile, so others may have turns. */
  async #begin(step: AlignedStep): Promise<void> {
    const continues = this.#file.getNumber("derived-cut") === step.revision;
    const wanted = statementsOf(step, this.#inputs);
    const work: (() => void)[] = [];
    let differs = false;
    for (const stream of DERIVED_STREAMS) {
      const statements = wanted.get(stream) ?? new Map<string, Statement>();
      if (!isStored(stream)) {
        await this.#setTargets(statements);
        continue;
      }
      for (const version of this.store.inRange(stream, ALL_KEYS.from, ALL_KEYS.to)) {
        const statement = statements.get(version.key);
        const same = statement !== undefined && sameAs(stream, statement, version);
        if (same) statements.delete(version.key);
        else work.push(() => this.store.end(stream, version, undefined));
      }
      for (const [key, statement] of statements) {
        if (statement.current === null) continue;
        work.push(() => this.#put(stream, key, statement, step.revision));
      }
      differs ||= work.length > 0;
      await turn();
    }
    const history = continues && !differs;
    if (!history) {
      this.#file.transaction(() => {
        // Until the last part is in, the file is at no cut.
        this.#file.set("derived-cut", -1);
        this.store.eraseHistory();
      });
      for (let at = 0; at < work.length && !this.#stopped; at += RECORDS_PER_TRANSACTION_MAX) {
        const part = work.slice(at, at + RECORDS_PER_TRANSACTION_MAX);
        this.#file.transaction(() => part.forEach((run) => run()));
        await turn();
      }
      if (this.#stopped) return;
    }
    this.#file.transaction(() => {
      if (!history) {
        this.#file.set("history-from", step.revision);
        this.store.addCut(step.revision, this.#clock.now());
      }
      this.#file.set("derived-cut", step.revision);
    });
    this.#historyFrom = this.#file.getNumber("history-from") ?? step.revision;
    this.#cut = step.revision;
    this.waiters.reached(step.revision);
    for (const listener of this.#listeners) listener({ cut: step.revision, changes: [] });
  }

  #store(steps: readonly AlignedStep[]): void {
    const done: (DerivedStep & { readonly targets: ReadonlyMap<string, Statement> })[] = [];
    const now = this.#clock.now();
    this.#file.transaction(() => {
      for (const step of steps) {
        const changes: DerivedChange[] = [];
        let targets: ReadonlyMap<string, Statement> = new Map();
        for (const [stream, statements] of statementsOf(step, this.#inputs)) {
          if (!isStored(stream)) {
            targets = statements;
            continue;
          }
          for (const [key, statement] of statements) {
            const change = this.#apply(stream, key, statement, step.revision);
            if (change !== undefined) changes.push(change);
          }
        }
        this.store.addCut(step.revision, now);
        done.push({ cut: step.revision, changes, targets });
      }
      const last = steps.at(-1);
      if (last !== undefined) this.#file.set("derived-cut", last.revision);
      this.#forgetOld(now);
    });
    for (const { cut, changes, targets } of done) {
      for (const [host, statement] of targets) this.store.setTargets(host, targetsIn(statement));
      this.#cut = cut;
      for (const listener of this.#listeners) listener({ cut, changes });
      this.waiters.reached(cut);
    }
  }

  /** Derived history is kept for as long as people can see what happened, not for ever. */
  #forgetOld(now: number): void {
    if (Math.abs(now - this.#forgotAt) < FORGET_EVERY_MS) return;
    this.#forgotAt = now;
    const cut = this.store.forgetBefore(now - AUDIT_WINDOW_MS);
    if (cut === undefined || cut <= this.#historyFrom) return;
    this.#historyFrom = cut;
    this.#file.set("history-from", cut);
  }

  #apply(
    stream: StoredStream,
    key: string,
    statement: Statement,
    cut: number,
  ): DerivedChange | undefined {
    const before = this.store.current(stream, key);
    // A repaired record says what was said before.
    if (before === undefined && statement.current === null) return undefined;
    if (before !== undefined && sameAs(stream, statement, before)) return undefined;
    if (before !== undefined) this.store.end(stream, before, cut);
    if (statement.current === null) return { stream, key, version: undefined };
    return { stream, key, version: this.#put(stream, key, statement, cut) };
  }

  #put(stream: StoredStream, key: string, statement: Statement, cut: number): DerivedVersion {
    const from = { cut, label: statement.revision, changeId: statement.origin.changeId };
    return this.store.put(stream, key, rowOf(stream, statement), from);
  }

  async #setTargets(statements: ReadonlyMap<string, Statement>): Promise<void> {
    let done = 0;
    for (const [host, statement] of statements) {
      this.store.setTargets(host, targetsIn(statement));
      done += 1;
      if (done % RECORDS_PER_TRANSACTION_MAX === 0) await turn();
    }
  }
}
