/** Wakes those who wait for something to happen; a call that nobody waits for is remembered. */
export class Signal {
  #raised = false;
  #waiting: (() => void)[] = [];

  raise(): void {
    this.#raised = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves at the next `raise`, or at once when there was one since the last `wait`. */
  async wait(): Promise<void> {
    if (!this.#raised) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#raised = false;
  }
}
