import type { Scheduler } from "./scheduler.ts";
import type { Random } from "./seeded-random.ts";

/** 2026-01-01T00:00:00Z: where virtual time begins unless told. */
const START_MS_DEFAULT = 1_767_225_600_000;
const STEPS_MAX_DEFAULT = 10_000_000;

interface Task {
  /** Whether nothing waits for it: what is done now and then for as long as a process lives. */
  readonly isIdle: boolean;
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * A virtual clock and one queue. The earliest task runs first; among those due at the same time
 * the seed decides. The clock jumps to the task's time. Between two tasks everything that promises
 * have to say is said, so one seed gives one history.
 */
export class SeededScheduler implements Scheduler {
  readonly #random: Random;
  readonly #heap: Task[] = [];
  #nowMs: number;
  #busy = 0;

  constructor(random: Random, startMs: number = START_MS_DEFAULT) {
    this.#random = random;
    this.#nowMs = startMs;
  }

  /** Tasks that wait, now and later. */
  get waiting(): number {
    return this.#heap.length;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): void {
    this.#add(delayMs, task, false);
  }

  /** As `after`, for what is done now and then for ever: it does not keep `runUntilQuiet` going. */
  afterIdly(delayMs: number, task: () => void): void {
    this.#add(delayMs, task, true);
  }

  /** The clock moves on while every process stands still: what is due comes late. */
  skip(forMs: number): void {
    this.#nowMs += forMs;
  }

  /** Runs one task and what follows from it at once; false when there is none. */
  async step(): Promise<boolean> {
    // What the caller did may have promises to settle that bring tasks.
    await drainPromises();
    return this.#runFirst();
  }

  /** Runs until nothing waits that is not idle. Throws after `stepsMax` tasks: something keeps itself alive. */
  async runUntilQuiet(stepsMax: number = STEPS_MAX_DEFAULT): Promise<void> {
    await drainPromises();
    for (let steps = 0; steps < stepsMax; steps += 1) {
      if (this.#busy === 0) return;
      await this.#runFirst();
    }
    throw new Error(`not quiet after ${stepsMax} tasks`);
  }

  /** Runs what is due in the next `forMs`, then sets the clock to their end. */
  async runFor(forMs: number): Promise<void> {
    const endMs = this.#nowMs + forMs;
    await drainPromises();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.dueMs > endMs) break;
      await this.#runFirst();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Runs until the promise settles and answers with it. Throws when all is quiet before. */
  async settle<Value>(
    promise: Promise<Value>,
    stepsMax: number = STEPS_MAX_DEFAULT,
  ): Promise<Value> {
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    promise.then(settled, settled);
    await drainPromises();
    for (let steps = 0; steps < stepsMax && !isSettled; steps += 1) {
      if (!(await this.#runFirst()) && !isSettled)
        throw new Error("quiet, but the promise is pending");
    }
    if (!isSettled) throw new Error(`still pending after ${stepsMax} tasks`);
    return promise;
  }

  async #runFirst(): Promise<boolean> {
    const task = this.#pop();
    if (task === undefined) return false;
    if (!task.isIdle) this.#busy -= 1;
    this.#nowMs = Math.max(this.#nowMs, task.dueMs);
    task.run();
    await drainPromises();
    return true;
  }

  #add(delayMs: number, run: () => void, isIdle: boolean): void {
    if (!isIdle) this.#busy += 1;
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    this.#push({ isIdle, dueMs, order: this.#random(), run });
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(task, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (below === undefined || isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/**
 * An immediate runs when the queues of promises and of `process.nextTick` are empty. No time
 * passes, and nothing depends on how long it takes.
 */
function drainPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
