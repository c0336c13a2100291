const FIRST_MS = 20;
const LAST_MS = 2_000;
/** From so many tries on it is worth a word. */
const LONG_TRIES = 6;

/** Pauses that double, with a fifth of chance in them, so that many do not come back at once. */
export class Patience {
  #tries = 0;

  /** Every so many tries. */
  get isLong(): boolean {
    return this.#tries >= LONG_TRIES && this.#tries % LONG_TRIES === 0;
  }

  /** Something was answered. */
  reset(): void {
    this.#tries = 0;
  }

  async pause(): Promise<void> {
    const ms = Math.min(FIRST_MS * 2 ** this.#tries, LAST_MS);
    this.#tries += 1;
    await new Promise((resolve) => setTimeout(resolve, ms * (0.9 + Math.random() * 0.2)));
  }
}
