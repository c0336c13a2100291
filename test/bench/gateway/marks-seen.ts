interface Waiter {
  readonly revision: number;
  readonly resolve: (atMs: number) => void;
}

/** The newest mark of each host that is looked at, and who waits for one. Times are by one clock. */
export class MarksSeen {
  readonly #newest = new Map<number, { readonly revision: number; readonly atMs: number }>();
  readonly #waiting = new Map<number, readonly Waiter[]>();

  take(host: number, revision: number, atMs: number): void {
    this.#newest.set(host, { revision, atMs });
    const waiting = this.#waiting.get(host) ?? [];
    const isLater = (waiter: Waiter): boolean => waiter.revision > revision;
    this.#waiting.set(host, waiting.filter(isLater));
    for (const waiter of waiting) if (!isLater(waiter)) waiter.resolve(atMs);
  }

  /** When a mark of the host at the revision or later came; at once where one is there. */
  arrival(host: number, revision: number): Promise<number> {
    const mark = this.#newest.get(host);
    if (mark !== undefined && mark.revision >= revision) return Promise.resolve(mark.atMs);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(host) ?? [];
      this.#waiting.set(host, [...waiting, { revision, resolve }]);
    });
  }
}
