import type { EventLog } from "@titan/event-log";
import {
  Alignment,
  InputReader,
  Signal,
  type InputPartition,
  type Rules,
} from "@titan/processor-runtime";
import { canonical } from "./canonical.ts";
import type { Truth } from "./truth.ts";

export interface ObserverOptions {
  readonly log: EventLog;
  readonly inputs: readonly InputPartition[];
  readonly truth: Truth;
  readonly rules: Rules;
  /** Told what is wrong. */
  readonly report: (text: string) => void;
  /** Told each cut that is believed. */
  readonly believes: (revision: number) => void;
}

/** A reader that starts from nothing at any time; whatever cut it believes must be the truth. */
export class Observer {
  readonly #inputs: readonly InputPartition[];
  readonly #reader: InputReader;
  readonly #alignment: Alignment;
  readonly #arrived = new Signal();
  readonly #truth: Truth;
  readonly #held = new Map<string, Map<string, unknown>>();
  readonly #onViolation: (text: string) => void;
  readonly #onBelieved: (revision: number) => void;
  #stopped = false;
  believed = 0;

  constructor({ log, inputs, truth, report, believes, rules }: ObserverOptions) {
    this.#inputs = inputs;
    this.#truth = truth;
    this.#onViolation = report;
    this.#onBelieved = believes;
    this.#reader = new InputReader(log, inputs, this.#arrived, rules, () => {});
    this.#alignment = new Alignment(this.#reader.folds, rules);
    for (const input of inputs) this.#held.set(`${input.topic} ${input.partition}`, new Map());
  }

  async run(): Promise<void> {
    await this.#reader.open();
    while (!this.#stopped) {
      const step =
        this.#alignment.revision === undefined
          ? this.#reader.caughtUp
            ? this.#alignment.start()
            : undefined
          : this.#alignment.next();
      if (step === undefined) {
        await this.#arrived.wait();
        continue;
      }
      for (const { input, statements } of step.changes) {
        const { topic, partition } = this.#inputs[input] ?? { topic: "", partition: 0 };
        const held = this.#held.get(`${topic} ${partition}`);
        for (const { key, current } of statements.values()) {
          if (current === null) held?.delete(key);
          else held?.set(key, current);
        }
      }
      this.believed = step.revision;
      this.#onBelieved(step.revision);
      this.#compare(step.revision);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#arrived.raise();
    void this.#reader.close();
  }

  /** A slice has no mark where it did not change: what it holds must be the truth later too. */
  compareWith(revision: number): void {
    this.#compare(revision);
  }

  #compare(revision: number): void {
    for (const [stream, held] of this.#held) {
      const expected = this.#truth.textAt(revision, stream);
      const found = canonical(held);
      if (found !== expected) {
        this.#onViolation(
          `a reader believes ${stream} at ${revision} to be ${found}, but it is ${expected}`,
        );
      }
    }
  }
}
