import type { Archive } from "@titan/compact";
import type { EventLog } from "@titan/event-log";
import { Alignment, type AlignedStep } from "./alignment.ts";
import { AskedValues } from "./asked-values.ts";
import { CauseLabels } from "./cause-labels.ts";
import type { Clock } from "./clock.ts";
import { InputReader, type InputPartition, type OnUnreadable } from "./input-reader.ts";
import { KeptTask } from "./kept-task.ts";
import { VIEW_TOPIC } from "./keys.ts";
import { StuckWatch } from "./stuck-watch.ts";
import type { Output } from "./output.ts";
import type { Rules } from "./rules.ts";
import { Signal } from "./signal.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Origin, Statement } from "./statement.ts";
import { UnusableSnapshot } from "./unusable-snapshot.ts";
import type { InputRecord, StepValues, View, ViewStep } from "./view.ts";

export interface TaskOptions<State, Value> {
  readonly name: string;
  readonly view: View<State, Value>;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly rules: Rules;
  /** Without the partition of the view versions, which every task reads. */
  readonly inputs: readonly InputPartition[];
  /** Whether a key belongs to this task: views name keys of all partitions. */
  readonly owns: (key: string) => boolean;
  output(arrived: Signal): Output<Value>;
  readonly onUnreadable: OnUnreadable;
  readonly snapshots: Snapshots;
  readonly onStatus?: (status: TaskStatus) => void;
}

/** What a task is doing, for health pages and for people. */
export type TaskStatus =
  | { readonly kind: "reading" }
  | { readonly kind: "waiting"; readonly revision: number; readonly versionInForce: number }
  | { readonly kind: "running"; readonly revision: number }
  /** An input has a cut that does not verify, not even when it is read again from the beginning. */
  | { readonly kind: "stuck"; readonly revision: number };

/** One write covers at most so many steps. */
const STEPS_MAX = 256;
/** The values of a step with more keys are not held together. */
const VALUES_HELD_MAX = 2_000;

const NO_ORIGIN: Origin = { revision: 0, changeId: "", actor: "", reason: "", occurredAt: 0 };

/** The value is made when it is asked for. */
class StatementRecord implements InputRecord {
  readonly stream: string;
  readonly #statement: Statement;

  constructor(stream: string, statement: Statement) {
    this.stream = stream;
    this.#statement = statement;
  }

  get key(): string {
    return this.#statement.key;
  }

  get current(): unknown {
    return this.#statement.current;
  }
}

/**
 * Runs one view over one set of partitions: fold the inputs to a verified cut, compare with the
 * own output, write the difference, mark how far it got (PROTOCOL.md section 6).
 *
 * `run` ends when `stop` is called, and rejects for what is a bug: a contradiction, a view that
 * throws. While the version in force is not that of the code it does nothing but watch, and it
 * begins from the start when its turn comes.
 */
export class Task<State, Value> {
  readonly #options: TaskOptions<State, Value>;
  readonly #arrived = new Signal();
  readonly #stuck: StuckWatch;
  readonly #stopping = new AbortController();
  readonly #inputs: readonly InputPartition[];
  readonly #kept: KeptTask<State, Value>;
  #revision = 0;

  constructor(options: TaskOptions<State, Value>) {
    this.#options = options;
    const { name, view, inputs, snapshots } = options;
    this.#inputs = [...inputs, { topic: VIEW_TOPIC, partition: 0, cuts: "frontier" }];
    this.#kept = new KeptTask(name, view, this.#inputs, snapshots);
    this.#stuck = new StuckWatch(options.clock, this.#arrived, this.#stopping.signal);
  }

  /** The revision that the output is at. */
  get revision(): number {
    return this.#revision;
  }

  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const kept = await this.#kept.read();
      try {
        await this.#runOnce(kept);
      } catch (error) {
        if (kept === undefined) throw error;
        // Whatever it is, the next start must not begin with it again.
        await this.#kept.forget();
        if (!(error instanceof UnusableSnapshot)) throw error;
      }
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#arrived.raise();
  }

  /** From the start until the version in force changes away and back again. */
  async #runOnce(kept: Archive | undefined): Promise<void> {
    const { view, log, rules, owns, onUnreadable, onStatus } = this.#options;
    const inputs = this.#inputs;
    const reader = new InputReader(log, inputs, this.#arrived, rules, onUnreadable);
    const output = this.#options.output(this.#arrived);
    const alignment = new Alignment(reader.folds, rules);
    const state = view.empty();
    const parts = { reader, state, output };
    const valueOf = (key: string): Value | undefined => view.value(state, key);
    const causeLabels = new CauseLabels((ref) => reader.labelled(ref));
    let version = 0;
    let waited = false;
    onStatus?.({ kind: "reading" });

    const learn = (step: AlignedStep): { keys: Iterable<string>; origin: Origin } => {
      const records: InputRecord[] = [];
      let newest: Statement | undefined;
      for (const { input, statements } of step.changes) {
        const stream = inputs[input]?.topic ?? "";
        for (const statement of statements.values()) {
          if (statement.revision >= (newest?.revision ?? 0)) newest = statement;
          if (stream === VIEW_TOPIC) version = versionIn(statement, view.name) ?? version;
          // Every task reads the view versions; a view sees only what it consumes.
          if (!view.consumes.includes(stream)) continue;
          records.push(new StatementRecord(stream, statement));
        }
      }
      const keys = view.learn(state, records);
      return { keys, origin: newest?.origin ?? NO_ORIGIN };
    };
    const viewStep = (
      step: AlignedStep,
      values: StepValues<Value>,
      origin: Origin,
    ): ViewStep<Value> => {
      const causes = view.causes?.bind(view);
      const causesOf: ViewStep<Value>["causesOf"] =
        causes === undefined
          ? () => []
          : (key) => {
              const value = values.get(key) ?? valueOf(key);
              return causeLabels.of(causes(state, key, value));
            };
      const isInForce = (topic: string): boolean => view.isInForce?.(state, topic) ?? true;
      return { revision: step.revision, values, origin, isInForce, causesOf };
    };

    try {
      if (kept !== undefined) {
        this.#kept.load(kept, parts);
        // What is kept is what this version gave while it was in force.
        version = view.version;
      }
      await reader.open();
      const inForce = (): boolean => !rules.committedVersions || version === view.version;
      const wait = (revision: number): void =>
        onStatus?.({ kind: "waiting", revision, versionInForce: version });
      const isKept = kept !== undefined;
      // The first step holds everything that is in force: it must not live on while that is written.
      const first = await this.#first(reader, alignment, isKept, (step) => {
        const { keys, origin } = learn(step);
        const values = new AskedValues(owned(isKept ? keys : view.keys(state), owns), valueOf);
        return { values, step: viewStep(step, values, origin) };
      });
      if (first === undefined) return;
      waited = !inForce();
      if (waited) {
        wait(first.step.revision);
      } else {
        await output.recover(first.step);
        first.values.clear();
        causeLabels.forget();
        this.#progress(first.step.revision);
      }
      // A function of its own, so that nothing of a step lives on while there is nothing to do.
      const round = async (): Promise<"moved" | "rests" | "begins-again"> => {
        const steps: ViewStep<Value>[] = [];
        const changed: { clear(): void }[] = [];
        let idle = false;
        for (let taken = 0; taken < STEPS_MAX; taken += 1) {
          const step = alignment.next();
          reader.drained();
          idle = step === undefined;
          if (step === undefined) break;
          const learned = learn(step);
          if (inForce()) {
            if (waited && rules.startOverAfterWaiting) return "begins-again";
            const names = [...owned(learned.keys, owns)];
            const isLarge = names.length > VALUES_HELD_MAX;
            const values = isLarge
              ? new AskedValues(names, valueOf)
              : new Map(names.map((key) => [key, valueOf(key)] as const));
            changed.push(values);
            steps.push(viewStep(step, values, learned.origin));
            // The state must stay what it is until all values were asked for.
            if (isLarge) break;
          } else {
            waited = true;
            wait(step.revision);
          }
        }
        const last = steps.at(-1);
        if (last !== undefined) {
          await output.write(steps);
          this.#progress(last.revision);
          // The output holds them now, and it may hold the step for as long as it is the last.
          for (const values of changed) values.clear();
        }
        const repaired = mayRepair() && (await output.repair());
        causeLabels.forget();
        return idle && !repaired ? "rests" : "moved";
      };
      const mayRepair = (): boolean => !waited || !rules.startOverAfterWaiting;
      while (!this.#stopping.signal.aborted) {
        const outcome = await round();
        if (outcome === "begins-again") return;
        if (outcome === "moved") continue;
        if (await this.#mustStartOver(reader)) return;
        if (inForce() && mayRepair()) await this.#kept.saveIfDue(parts);
        await this.#arrived.wait();
      }
    } finally {
      await Promise.all([reader.close(), output.close()]);
    }
  }

  /** What `begin` makes of the first step; undefined when the task must end or start over. */
  async #first<Begun>(
    reader: InputReader,
    alignment: Alignment,
    isKept: boolean,
    begin: (step: AlignedStep) => Begun,
  ): Promise<Begun | undefined> {
    while (!this.#stopping.signal.aborted) {
      if (reader.caughtUp) {
        const step = alignment.start();
        if (step !== undefined) {
          reader.bound();
          return begin(step);
        }
        if (isKept) throw new UnusableSnapshot("no cut of the log goes with it");
        if (await this.#mustStartOver(reader)) return undefined;
      }
      await this.#arrived.wait();
    }
    return undefined;
  }

  async #mustStartOver(reader: InputReader): Promise<boolean> {
    const stuck = this.#stuck.look(reader.folds);
    if (stuck === "alarm") this.#options.onStatus?.({ kind: "stuck", revision: this.#revision });
    if (stuck !== "start-over") return false;
    await this.#kept.forget();
    return true;
  }

  #progress(revision: number): void {
    this.#revision = revision;
    this.#options.onStatus?.({ kind: "running", revision });
  }
}

function versionIn(
  statement: { readonly key: string; readonly current: unknown },
  name: string,
): number | undefined {
  if (statement.key !== name) return undefined;
  return (statement.current as { readonly version: number } | null)?.version ?? 0;
}

/** Those of the keys that belong to a task. */
function* owned(names: Iterable<string>, owns: (key: string) => boolean): Generator<string> {
  for (const key of names) if (owns(key)) yield key;
}
