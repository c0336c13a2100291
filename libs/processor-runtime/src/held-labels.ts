import { Arena, grown, KeyNumbers, type Archive } from "@titan/compact";

/**
 * Which label and hash is in force for each key. Compact, because a fleet has millions of keys: two
 * numbers a key, in columns, beside the key itself.
 */
export class HeldLabels {
  readonly #arena = new Arena();
  readonly #keys = new KeyNumbers(this.#arena);
  #revisions = new Float64Array();
  #hashes = new BigUint64Array();

  get size(): number {
    return this.#keys.size;
  }

  /** Where a key stands; -1 when it is not held. */
  placeOf(key: string): number {
    return this.#keys.numberOf(key);
  }

  /** Label and hash of a key, if it is held. */
  get(key: string): { readonly revision: number; readonly hash: bigint } | undefined {
    const place = this.placeOf(key);
    if (place < 0) return undefined;
    return { revision: this.#revisions[place] ?? 0, hash: this.#hashes[place] ?? 0n };
  }

  revisionAt(place: number): number | undefined {
    return this.#revisions[place];
  }

  hashAt(place: number): bigint | undefined {
    return this.#hashes[place];
  }

  /** Where a key stands, from now on also one that was not held: lower than any label, with the hash zero. */
  take(key: string): number {
    const { size } = this.#keys;
    const place = this.#keys.add(key);
    if (this.#keys.size === size) return place;
    this.#revisions = grown(this.#revisions, place);
    this.#hashes = grown(this.#hashes, place);
    this.setAt(place, -Infinity, 0n);
    return place;
  }

  set(key: string, revision: number, hash: bigint): void {
    this.setAt(this.take(key), revision, hash);
  }

  setAt(place: number, revision: number, hash: bigint): void {
    this.#revisions[place] = revision;
    this.#hashes[place] = hash;
  }

  keepIn(archive: Archive): void {
    this.#arena.keepIn(archive);
    this.#keys.keepIn(archive);
    this.#revisions = archive.column(this.#revisions, this.#keys.limit);
    this.#hashes = archive.column(this.#hashes, this.#keys.limit);
  }
}
