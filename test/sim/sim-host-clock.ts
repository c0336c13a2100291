import type { SeededScheduler } from "@titan/event-log/testing";
import type { Clock } from "@titan/processor-runtime";

const SLEEPS_MAX = 300;

/** The time of the seeded queue for what is done again and again: nobody waits for its sleeps. */
export function idleClock(scheduler: SeededScheduler): Clock {
  return {
    now: () => Math.floor(scheduler.now()),
    sleep: (durationMs) => new Promise((resolve) => scheduler.afterIdly(durationMs, resolve)),
  };
}

/** A clock whose sleeper gives up after so many sleeps, where all are waited for. */
export function patientClock(clock: Clock): Clock {
  let sleeps = 0;
  return {
    now: () => clock.now(),
    sleep: (durationMs, signal) => {
      sleeps += 1;
      return sleeps > SLEEPS_MAX ? new Promise(() => {}) : clock.sleep(durationMs, signal);
    },
  };
}
