import type { Scheduler } from "./scheduler.ts";

/** Whether a process runs: it may be stopped for a while, as by SIGSTOP, and then go on. */
export class ProcessState {
  readonly name: string;
  readonly #scheduler: Scheduler;
  #held: (() => void)[] | undefined;
  #isDead = false;

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.#scheduler = scheduler;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  /** Runs what the process is to see: now, when it goes on, or never. */
  run(task: () => void): void {
    if (this.#isDead) return;
    if (this.#held === undefined) task();
    else this.#held.push(task);
  }

  pause(): void {
    this.#held ??= [];
  }

  /** What was held comes now, each as a task of its own, in an order that the seed decides. */
  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const task of held) this.#scheduler.after(0, () => this.run(task));
  }

  kill(): void {
    this.#isDead = true;
    this.#held = undefined;
  }
}
