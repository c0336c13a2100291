import type { LogRecord } from "@titan/event-log";
import { readStatement } from "@titan/processor-runtime";
import { decodeAs } from "@titan/schema-codec";
import { canonicalValue } from "./canonical.ts";
import type { Truth } from "./truth.ts";

/** Records that say something about one revision: of nouns, of views, of slices. */
const STATEMENTS =
  /^titan\.(workspace|workload|target|template|deployment|host|token|view|host-target|assignment|host-deployment|rendered-deployment)(\..+)?$/;

interface DeadLetterPlace {
  readonly topic: string;
  readonly offset: number;
}

/**
 * Whatever lands says the truth about the revision that it names, however late: so nothing leaves a
 * host, and comes back, within a change that keeps it there. Remembers the dead letters too.
 */
export class StatementCheck {
  #truth: Truth;
  readonly #onViolation: (text: string) => void;
  readonly #deadLetters = new Set<string>();
  /** Statements that were found true: most land again. */
  readonly #checked = new Set<string>();

  constructor(truth: Truth, onViolation: (text: string) => void) {
    this.#truth = truth;
    this.#onViolation = onViolation;
  }

  landed(topic: string, partition: number, records: readonly LogRecord[]): void {
    if (topic === "titan.dead-letter") for (const record of records) this.#deadLetter(record);
    if (!STATEMENTS.test(topic)) return;
    for (const record of records) this.#check(topic, partition, record);
  }

  hasDeadLetter({ topic, offset }: DeadLetterPlace): boolean {
    return this.#deadLetters.has(`${topic} ${offset}`);
  }

  /** Another log is the truth from now on. */
  follow(truth: Truth): void {
    this.#truth = truth;
    this.#deadLetters.clear();
    this.#checked.clear();
  }

  #deadLetter({ value }: LogRecord): void {
    const { topic, offset } = decodeAs("dead-letter", value);
    this.#deadLetters.add(`${topic} ${offset}`);
  }

  #check(topic: string, partition: number, record: LogRecord): void {
    const read = readStatement(record);
    if (read.kind !== "statement") return;
    const { key, revision, current, hash } = read.statement;
    const id = `${topic} ${partition} ${key} ${revision} ${hash}`;
    if (this.#checked.has(id)) return;
    this.#checked.add(id);
    if (revision > this.#truth.commits().length) {
      this.#onViolation(`${topic} says ${key} at ${revision}, which is not committed`);
      return;
    }
    const real = this.#truth.at(revision).get(`${topic} ${partition}`)?.get(key) ?? null;
    const [said, is] = [canonicalValue(current), canonicalValue(real)];
    if (said !== is) {
      this.#onViolation(
        `${topic} ${partition} says ${key} at ${revision} is ${said}, but is ${is}`,
      );
    }
  }
}
