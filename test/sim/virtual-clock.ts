import type { Scheduler } from "@titan/event-log/testing";
import type { Clock } from "@titan/processor-runtime";

/** The time of the seeded queue, as the shell of a process sees it. */
export function virtualClock(scheduler: Scheduler): Clock {
  return {
    now: () => Math.floor(scheduler.now()),
    sleep: (durationMs) =>
      new Promise((resolve) => {
        scheduler.after(durationMs, resolve);
      }),
  };
}
