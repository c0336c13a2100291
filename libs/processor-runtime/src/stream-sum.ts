import { addWrapping } from "./statement.ts";

/** What a mark says of a stream: the sum of the hashes in force, and of how many keys. */
export class StreamSum {
  #sum = 0n;
  #count = 0;

  get sum(): bigint {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  /** Zero is the hash of what has no value. */
  replace(before: bigint, hash: bigint): void {
    this.#sum = addWrapping(this.#sum, hash - before);
    this.#count += (hash === 0n ? 0 : 1) - (before === 0n ? 0 : 1);
  }
}
