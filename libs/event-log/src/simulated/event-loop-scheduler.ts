import type { Scheduler } from "./scheduler.ts";

/** The real clock and the real event loop, for plain unit tests. */
export const eventLoopScheduler: Scheduler = {
  now: () => Date.now(),
  after: (delayMs, task) => {
    if (delayMs <= 0) setImmediate(task);
    else setTimeout(task, delayMs);
  },
};
