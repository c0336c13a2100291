import { appendFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";

export type Unit =
  | "µs"
  | "ms"
  | "s"
  | "KiB"
  | "MiB"
  | "per s"
  | "MB/s"
  | "times"
  | "requests"
  | "records";

/** What the same machine does in the same run by plain means, so that a ratio means something on a noisy one. */
export interface Yardstick {
  readonly name: string;
  readonly value: number;
  /** That of the figure. */
  readonly unit: Unit;
}

/** One measured number beside its bar; without a bar it is a yardstick, or only told. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly bar?: number;
  /** What the bar is: the most that the value may be unless told. */
  readonly barIs?: "most" | "least";
  /** Printed beside, with how many times as much the value is. */
  readonly beside?: Yardstick;
  /** What was measured, in numbers. */
  readonly sizes?: Readonly<Record<string, number>>;
}

/** Where and over what the figures of a run were taken. */
export interface Setting {
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  /** Which log, with its version. */
  readonly log: string;
  readonly size: "full" | "small";
}

const MIB = 1_024 * 1_024;
const NAME_WIDTH = 62;

export function settingOf(size: "full" | "small", log: string): Setting {
  const cores = availableParallelism();
  const memory = Math.round(totalmem() / MIB / 1_024);
  const model = cpus()[0]?.model ?? "unknown processor";
  return {
    at: new Date().toISOString(),
    machine: `${platform()} ${arch()}, ${cores} cores of ${model}, ${memory} GiB`,
    node: process.version,
    log,
    size,
  };
}

/** Prints each figure as it comes, and keeps it as one line of JSON. */
export class Figures {
  readonly #setting: Setting;
  readonly #path: string;
  readonly missed: Figure[] = [];

  constructor(setting: Setting, path: string) {
    this.#setting = setting;
    this.#path = path;
  }

  add(figure: Figure): void {
    const { name, value, unit, bar, barIs = "most", beside, sizes } = figure;
    const within = bar === undefined || (barIs === "most" ? value <= bar : value >= bar);
    if (!within) this.missed.push(figure);
    const verdict =
      bar === undefined ? "" : `bar ${show(bar)} ${unit}  ${within ? "ok" : "MISSED"}`;
    const about = Object.entries(sizes ?? {}).map(([what, count]) => `${count} ${what}`);
    if (beside !== undefined) {
      const times = show(value / beside.value);
      about.unshift(`${times} × ${beside.name} (${show(beside.value)} ${beside.unit})`);
    }
    console.log(
      `${name.padEnd(NAME_WIDTH)} ${`${show(value)} ${unit}`.padStart(14)}  ${verdict.padEnd(22)} ${about.join(", ")}`.trimEnd(),
    );
    appendFileSync(this.#path, `${JSON.stringify({ ...this.#setting, ...figure, within })}\n`);
  }
}

function show(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** The value below which so large a part of all lies. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1);
  const value = sorted[Math.max(0, at)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}
