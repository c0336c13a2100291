import type { Clock } from "./clock.ts";
import type { CutFold } from "./cut-fold.ts";
import type { Signal } from "./signal.ts";

/** So long a cut may stay unverified before it is thought that something is missing. */
const STUCK_MS = 60_000;

interface Blocked {
  readonly cuts: string;
  /** Aborted when other cuts do not verify, or none. */
  readonly changed: AbortController;
  isOver: boolean;
}

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
  #blocked: Blocked | undefined;
  #startedOver = "";

  constructor(clock: Clock, arrived: Signal, stopping: AbortSignal) {
    this.#clock = clock;
    this.#arrived = arrived;
    this.#stopping = stopping;
  }

  /** Call it whenever there is nothing to do. Wakes the reader when it is time to look again. */
  look(folds: readonly CutFold[]): Stuck {
    const cuts = folds.map((fold) => fold.blockedAt ?? "").join(" ");
    if (this.#blocked?.cuts !== cuts) this.#block(cuts.trim() === "" ? undefined : cuts);
    if (this.#blocked?.isOver !== true) return "no";
    if (this.#startedOver === cuts) return "alarm";
    this.#startedOver = cuts;
    this.#block(undefined);
    return "start-over";
  }

  /** The time is slept, not read from a clock, which anybody may set. */
  #block(cuts: string | undefined): void {
    this.#blocked?.changed.abort();
    this.#blocked = undefined;
    if (cuts === undefined) return;
    const blocked: Blocked = { cuts, changed: new AbortController(), isOver: false };
    this.#blocked = blocked;
    const either = AbortSignal.any([this.#stopping, blocked.changed.signal]);
    void this.#clock.sleep(STUCK_MS, either).then(() => {
      blocked.isOver = !either.aborted;
      if (blocked.isOver) this.#arrived.raise();
    });
  }
}
