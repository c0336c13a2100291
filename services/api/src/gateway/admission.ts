import { ApiProblem } from "../problem.ts";

export interface AdmissionLimits {
  /** Streams that are begun in a second, over time. */
  readonly perSecond: number;
  /** Streams that may be begun at once after a quiet time. */
  readonly atOnceMax: number;
  /** Streams that may wait for the cut that they are to begin at. */
  readonly waitingMax: number;
}

/** A stream takes about a third of a millisecond to begin, so this leaves most of a core to others. */
export const ADMISSION_LIMITS: AdmissionLimits = {
  perSecond: 1_000,
  atOnceMax: 1_000,
  waitingMax: 500,
};
const MS_PER_S = 1_000;

/**
 * Paces those who come to watch, so that a fleet that comes back all at once is taken in over time
 * and what happens meanwhile is not held up. Whoever is too many is told by `Retry-After` when to
 * come again: each of them a later time, as many for each second as are let in.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  #free: number;
  #freedAt: number;
  /** The appointment that was given last. */
  #appointmentAt = 0;
  #waiting = 0;

  /** `now` counts milliseconds and never goes back. */
  constructor(
    limits: AdmissionLimits = ADMISSION_LIMITS,
    now: () => number = () => performance.now(),
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#free = limits.atOnceMax;
    this.#freedAt = now();
  }

  /** Lets one in and waits with it, or is an `overloaded` problem. */
  async admit(wait: () => Promise<void>): Promise<void> {
    const now = this.#now();
    const { perSecond, atOnceMax, waitingMax } = this.#limits;
    const freed = ((now - this.#freedAt) / MS_PER_S) * perSecond;
    this.#free = Math.min(atOnceMax, this.#free + freed);
    this.#freedAt = now;
    if (this.#free < 1 || this.#waiting >= waitingMax) throw this.#comeLater(now);
    this.#free -= 1;
    this.#waiting += 1;
    try {
      await wait();
    } finally {
      this.#waiting -= 1;
    }
  }

  #comeLater(now: number): ApiProblem {
    const apartMs = MS_PER_S / this.#limits.perSecond;
    this.#appointmentAt = Math.max(now, this.#appointmentAt) + apartMs;
    const seconds = Math.ceil((this.#appointmentAt - now) / MS_PER_S);
    return ApiProblem.of(
      "overloaded",
      `more streams are opened than are begun at once; come again in ${seconds} s`,
      { headers: { "retry-after": String(seconds) } },
    );
  }
}
