import type { Faults } from "./faults.ts";
import type { SimulatedEvent } from "./simulated-event.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Random } from "./seeded-random.ts";

/** The longest that each thing takes; the seed picks between nothing and this. */
export interface Timing {
  /** From the call of `append` to its landing. */
  readonly landMs: number;
  /** From the landing to the writer's knowing, and for every other question and answer. */
  readonly answerMs: number;
  /** From the landing to a reader's `onBatch`. */
  readonly deliverMs: number;
  /** For what is late by a fault. */
  readonly lateMs: number;
  /** Until others learn that a member of a group has died. */
  readonly sessionMs: number;
}

export const TIMING_DEFAULT: Timing = {
  landMs: 0,
  answerMs: 0,
  deliverMs: 0,
  lateMs: 60_000,
  sessionMs: 10_000,
};

/** What all simulated parts share: chance, time and trouble. */
export interface Simulation {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly timing: Timing;
  readonly tellsParts: boolean;
  readonly onEvent: (event: SimulatedEvent) => void;
}

/** Runs the task after a time between nothing and `maxMs`. */
export function soon(simulation: Simulation, maxMs: number, task: () => void): void {
  simulation.scheduler.after(maxMs > 0 ? simulation.random() * maxMs : 0, task);
}
