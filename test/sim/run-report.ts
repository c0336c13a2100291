import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SeedOutcome } from "./seed-job.ts";

const README = fileURLToPath(new URL("./README.md", import.meta.url));
const BEGIN = "<!-- written by npm run sim -- --write -->";
const END = "<!-- end -->";

/** What came of a run over many seeds. */
export class RunReport {
  #seeds = 0;
  #revisions = 0;
  #believed = 0;
  #compared = 0;
  #events = 0;
  readonly #failed: SeedOutcome[] = [];
  readonly #histories = new Map<string, number>();
  readonly #times = new Map<string, number>();

  add(outcome: SeedOutcome): void {
    const { revision, believed, compared, events, faults, violations } = outcome;
    this.#seeds += 1;
    this.#revisions += revision;
    this.#believed += believed;
    this.#compared += compared;
    this.#events += events;
    if (violations.length > 0) this.#failed.push(outcome);
    for (const [name, times] of Object.entries(faults)) {
      this.#times.set(name, (this.#times.get(name) ?? 0) + times);
      if (times > 0) this.#histories.set(name, (this.#histories.get(name) ?? 0) + 1);
    }
  }

  /** Histories with a violation, lowest seed first. */
  get failed(): readonly SeedOutcome[] {
    return this.#failed.toSorted((a, b) => a.seed - b.seed);
  }

  get believed(): number {
    return this.#believed;
  }

  get compared(): number {
    return this.#compared;
  }

  /** How often each fault happened in all histories together. */
  get times(): ReadonlyMap<string, number> {
    return this.#times;
  }

  summary(seconds: number): string {
    const failed = this.#failed.length;
    return (
      `${this.#seeds} histories, each played twice; ${this.#revisions} revisions, ${this.#events} events, ` +
      `${this.#believed} readers believed, ${this.#compared} states of read models compared; ` +
      `${failed === 0 ? "no violation" : `${failed} histories with a violation`}; ${Math.round(seconds)} s`
    );
  }

  /** Each fault, in which share of the histories it happened, and how often in all. */
  faultRows(): readonly string[] {
    return [...this.#times.keys()].sort().map((name) => {
      const share = (100 * (this.#histories.get(name) ?? 0)) / Math.max(1, this.#seeds);
      return `| ${name} | ${share.toFixed(1)} % | ${this.#times.get(name) ?? 0} |`;
    });
  }

  /** Puts the result between the markers of the README. */
  write(seconds: number, commit: string): void {
    const text = readFileSync(README, "utf8");
    const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
    if (from < 0 || to < from) throw new Error(`${README} has no place for the result`);
    const lines = [
      BEGIN,
      "",
      `At commit ${commit}: ${this.summary(seconds)}.`,
      "",
      "| fault | share of the histories | times |",
      "| --- | --- | --- |",
      ...this.faultRows(),
      "",
    ];
    writeFileSync(README, `${text.slice(0, from)}${lines.join("\n")}\n${text.slice(to)}`);
  }
}
