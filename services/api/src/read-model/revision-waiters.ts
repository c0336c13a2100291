interface Waiter {
  readonly revision: number;
  readonly resolve: (reached: boolean) => void;
  readonly timer: NodeJS.Timeout;
}

/** Those who wait for a fold to reach a revision. */
export class RevisionWaiters {
  readonly #waiting = new Set<Waiter>();

  /** Whether the revision was reached before the time was over. */
  wait(reached: number, revision: number, timeoutMs: number): Promise<boolean> {
    if (reached >= revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        resolve(false);
      }, timeoutMs);
      const waiter: Waiter = { revision, resolve, timer };
      this.#waiting.add(waiter);
    });
  }

  reached(revision: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.revision > revision) continue;
      this.#end(waiter, true);
    }
  }

  /** Nothing will be reached any more. */
  close(): void {
    for (const waiter of this.#waiting) this.#end(waiter, false);
  }

  #end(waiter: Waiter, reached: boolean): void {
    clearTimeout(waiter.timer);
    this.#waiting.delete(waiter);
    waiter.resolve(reached);
  }
}
