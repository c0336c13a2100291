import { grown, KeyNumbers } from "@titan/compact";

/**
 * Which label and hash is in force for each key. Compact, because a fleet has millions of keys: two
 * numbers a key, in columns, beside the key itself.
 */
export class HeldLabels {
  readonly #keys = new KeyNumbers();
  #revisions = new Float64Array();
  #hashes = new BigUint64Array();

  /** Where a key stands; -1 when it is not held. */
  placeOf(key: string): number {
    return this.#keys.numberOf(key);
  }

  revisionAt(place: number): number | undefined {
    return this.#revisions[place];
  }

  hashAt(place: number): bigint | undefined {
    return this.#hashes[place];
  }

  set(key: string, revision: number, hash: bigint): void {
    const place = this.#keys.add(key);
    this.#revisions = grown(this.#revisions, place);
    this.#hashes = grown(this.#hashes, place);
    this.setAt(place, revision, hash);
  }

  setAt(place: number, revision: number, hash: bigint): void {
    this.#revisions[place] = revision;
    this.#hashes[place] = hash;
  }
}
