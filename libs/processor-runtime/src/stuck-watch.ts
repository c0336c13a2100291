import type { Clock } from "./clock.ts";
import type { CutFold } from "./cut-fold.ts";
import type { Signal } from "./signal.ts";

/** So long a cut may stay unverified before it is thought that something is missing. */
const STUCK_MS = 60_000;

export type Stuck = "no" | "start-over" | "alarm";

/**
 * Notices cuts that do not verify (PROTOCOL.md rule 10): a reader whose inputs have a cut that it
 * can not verify for a named time starts over from zero; if that does not help either, it raises
 * an alarm and keeps what it verified last. It survives the starting over, and asks for it once a
 * cut.
 */
export class StuckWatch {
  readonly #clock: Clock;
  readonly #arrived: Signal;
  readonly #stopping: AbortSignal;
  #armed = false;
  #blocked: { readonly cuts: string; readonly sinceMs: number } | undefined;
  #startedOver = "";

  constructor(clock: Clock, arrived: Signal, stopping: AbortSignal) {
    this.#clock = clock;
    this.#arrived = arrived;
    this.#stopping = stopping;
  }

  /** Call it whenever there is nothing to do. Wakes the reader when it is time to look again. */
  look(folds: readonly CutFold[]): Stuck {
    const cuts = folds.map((fold) => fold.blockedAt ?? "").join(" ");
    if (cuts.trim() === "") {
      this.#blocked = undefined;
      return "no";
    }
    const now = this.#clock.now();
    if (this.#blocked?.cuts !== cuts) {
      this.#blocked = { cuts, sinceMs: now };
      void this.#wakeLater();
      return "no";
    }
    if (now - this.#blocked.sinceMs < STUCK_MS) {
      void this.#wakeLater();
      return "no";
    }
    if (this.#startedOver === cuts) return "alarm";
    this.#startedOver = cuts;
    this.#blocked = undefined;
    return "start-over";
  }

  async #wakeLater(): Promise<void> {
    if (this.#armed) return;
    this.#armed = true;
    await this.#clock.sleep(STUCK_MS, this.#stopping);
    this.#armed = false;
    this.#arrived.raise();
  }
}
