import type { Random } from "@titan/event-log/testing";
import type { Fate } from "./mortal-log.ts";

/** What befalls a host and its agent. */
export const HOST_FORTUNE_NAMES = [
  /** The agent is killed. Per proposal. */
  "killed",
  /** The agent is killed and does not come back for a while. Per proposal. */
  "absent",
  /** The agent dies at a call of its disk, before, within or after the effect. Per call. */
  "diesAtDisk",
  /** The agent dies at a call of its log, or at a delivery. Per call. */
  "diesAtLog",
  /** A death takes what was not synced, as a power cut. Per death. */
  "powerCut",
  /** All readings break off, and begin anew from whatever copy. Per proposal. */
  "changesOver",
  /** There is no room on the disk for a while. Per proposal. */
  "fullDisk",
  /** The clock of the host is ten years off from now on, either way, or right again. Per proposal. */
  "clockJump",
  /** Calls of the disk take as long as changes do. Per start. */
  "slowDisk",
  /** Records come one, two or three at a time. Per start. */
  "smallBatches",
  /** Another agent of the same host reported: reports of this one are stale. Per proposal. */
  "overtaken",
  /** Who put files in the way moves them away. Per proposal. */
  "wayCleared",
] as const;

export type HostFortuneName = (typeof HOST_FORTUNE_NAMES)[number];
export type HostFortunes = Readonly<Record<HostFortuneName, number>>;

export const HOST_FORTUNES: HostFortunes = {
  killed: 0.03,
  absent: 0.04,
  diesAtDisk: 0.004,
  diesAtLog: 0.004,
  powerCut: 0.5,
  changesOver: 0.12,
  fullDisk: 0.05,
  clockJump: 0.05,
  slowDisk: 0.3,
  smallBatches: 0.5,
  overtaken: 0.03,
  wayCleared: 0.1,
};

/** Decides what befalls one host, and counts what did. */
export class Fortunes {
  readonly #random: Random;
  readonly #chances: HostFortunes;
  readonly #counts = new Map<HostFortuneName, number>();
  #areOver = false;

  /** `chances` in place of those of `HOST_FORTUNES`. */
  constructor(random: Random, chances: Partial<HostFortunes> = {}) {
    this.#random = random;
    this.#chances = { ...HOST_FORTUNES, ...chances };
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  get areOver(): boolean {
    return this.#areOver;
  }

  /** True with the chance of it, times a factor; the caller then makes it happen. */
  strikes(name: HostFortuneName, factor = 1): boolean {
    if (this.#areOver || this.#random() >= this.#chances[name] * factor) return false;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return true;
  }

  /** What becomes of the process at a call. */
  fate(name: "diesAtDisk" | "diesAtLog", factor: number): Fate {
    if (!this.strikes(name, factor)) return "lives";
    return this.#random() < 0.5 ? "dies-before" : "dies-after";
  }

  /** Nothing befalls the host any more. */
  heal(): void {
    this.#areOver = true;
  }
}
