import { grown, KeyNumbers } from "@titan/compact";

/**
 * Which label and hash is in force for each key. Compact, because a fleet has millions of keys: two
 * numbers a key, in columns, beside the key itself.
 */
export class HeldLabels {
  readonly #keys = new KeyNumbers();
  #revisions = new Float64Array();
  #hashes = new BigUint64Array();

  revisionOf(key: string): number | undefined {
    return this.#revisions[this.#keys.numberOf(key)];
  }

  hashOf(key: string): bigint | undefined {
    return this.#hashes[this.#keys.numberOf(key)];
  }

  set(key: string, revision: number, hash: bigint): void {
    const number = this.#keys.add(key);
    this.#revisions = grown(this.#revisions, number);
    this.#hashes = grown(this.#hashes, number);
    this.#revisions[number] = revision;
    this.#hashes[number] = hash;
  }
}
