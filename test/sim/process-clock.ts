import type { SeededScheduler, SimulatedClient } from "@titan/event-log/testing";
import type { Clock } from "@titan/processor-runtime";

/** Sleeps of at least so long come again for as long as a process lives: nothing waits for them. */
const IDLE_MS = 60_000;

/**
 * The clock of one process. What it shows may jump, as when someone sets it; how long a sleep takes
 * does not depend on that. While the process stands still or is dead, no sleep ends.
 */
export class ProcessClock implements Clock {
  readonly #scheduler: SeededScheduler;
  readonly #process: Pick<SimulatedClient, "run">;
  readonly #hasIdleSleeps: boolean;
  #offMs: number;

  constructor(
    scheduler: SeededScheduler,
    process: Pick<SimulatedClient, "run">,
    offMs: number,
    hasIdleSleeps = false,
  ) {
    this.#scheduler = scheduler;
    this.#process = process;
    this.#offMs = offMs;
    this.#hasIdleSleeps = hasIdleSleeps;
  }

  now(): number {
    return Math.floor(this.#scheduler.now() + this.#offMs);
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => this.#process.run(resolve);
      signal?.addEventListener("abort", () => resolve(), { once: true });
      if (this.#hasIdleSleeps && durationMs >= IDLE_MS) {
        this.#scheduler.afterIdly(durationMs, wake);
      } else {
        this.#scheduler.after(durationMs, wake);
      }
    });
  }

  jump(byMs: number): void {
    this.#offMs += byMs;
  }
}
