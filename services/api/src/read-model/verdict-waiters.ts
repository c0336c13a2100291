/** Those who wait for the verdict on their proposal. */
export class VerdictWaiters {
  readonly #waiting = new Map<string, Set<(decided: boolean) => void>>();

  /** Whether the verdict came before the time was over. Begin to wait before you propose. */
  wait(proposalId: string, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const others = this.#waiting.get(proposalId) ?? new Set();
      this.#waiting.set(proposalId, others);
      const end = (decided: boolean): void => {
        clearTimeout(timer);
        others.delete(end);
        if (others.size === 0) this.#waiting.delete(proposalId);
        resolve(decided);
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      others.add(end);
    });
  }

  decided(proposalId: string): void {
    for (const end of this.#waiting.get(proposalId) ?? []) end(true);
  }

  close(): void {
    for (const ends of this.#waiting.values()) for (const end of ends) end(false);
  }
}
