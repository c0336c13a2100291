import type { OnShare, Share } from "../event-log.ts";

/**
 * One process holds the embedded log, so whoever asks gets every partition, soon after asking, and
 * gives them back on `close`. What the callbacks throw is not caught.
 */
export class WholeShare implements Share {
  readonly #partitions: readonly number[];
  readonly #on: OnShare;
  readonly #ended: (share: WholeShare) => void;
  readonly #assigned: Promise<void>;
  #closed: Promise<void> | undefined;
  #isTold = false;

  constructor(partitions: number, on: OnShare, ended: (share: WholeShare) => void) {
    this.#partitions = Array.from({ length: partitions }, (_, number) => number);
    this.#on = on;
    this.#ended = ended;
    this.#assigned = this.#assign();
  }

  close(): Promise<void> {
    this.#closed ??= this.#revoke();
    return this.#closed;
  }

  async #assign(): Promise<void> {
    await Promise.resolve();
    if (this.#closed !== undefined) return;
    this.#isTold = true;
    await this.#on.assigned(this.#partitions);
  }

  async #revoke(): Promise<void> {
    await this.#assigned;
    if (this.#isTold) await this.#on.revoked(this.#partitions);
    this.#ended(this);
  }
}
