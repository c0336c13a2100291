/**
 * The only clock and the only way to do something later that simulated parts have. Tasks never run
 * inside `after`.
 */
export interface Scheduler {
  /** Milliseconds since the epoch, never falling. */
  now(): number;
  after(delayMs: number, task: () => void): void;
}
