const ROOM_AT_FIRST = 64;

/**
 * Which label and hash is in force for each key. Compact, because a fleet has millions of keys: two
 * numbers a key, in columns, beside the key itself.
 */
export class HeldLabels {
  readonly #places = new Map<string, number>();
  #revisions = new Float64Array(ROOM_AT_FIRST);
  #hashes = new BigUint64Array(ROOM_AT_FIRST);

  revisionOf(key: string): number | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#revisions[place];
  }

  hashOf(key: string): bigint | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#hashes[place];
  }

  set(key: string, revision: number, hash: bigint): void {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#places.size;
      if (place === this.#revisions.length) this.#grow();
      this.#places.set(key, place);
    }
    this.#revisions[place] = revision;
    this.#hashes[place] = hash;
  }

  #grow(): void {
    const [revisions, hashes] = [this.#revisions, this.#hashes];
    this.#revisions = new Float64Array(revisions.length * 2);
    this.#revisions.set(revisions);
    this.#hashes = new BigUint64Array(hashes.length * 2);
    this.#hashes.set(hashes);
  }
}
