import { Arena, ByteValues, grown, KeyNumbers, type Archive } from "@titan/compact";

/** No truth: the number of a key that has none, and what ends a list. */
export const NO_TRUTH = -1;

/**
 * What a task holds to be true of each key of the streams that it writes, and where the log says
 * so: all of them in columns, because a fleet has millions. A truth is a number.
 */
export class Truths {
  readonly #arena = new Arena();
  readonly #keys = new KeyNumbers(this.#arena);
  readonly #values = new ByteValues(this.#arena);
  #hashes = new BigUint64Array();
  #labels = new Float64Array();
  /** One more than the offset; zero while it is not known. */
  #offsets = new Float64Array();
  /** Of many streams, the truth that follows in the list of its own; the number is one more than it is. */
  #next = new Int32Array();
  readonly areShared: boolean;
  #streams = 0;

  /** Whether more than one stream is to have its truths here. */
  constructor(areShared: boolean) {
    this.areShared = areShared;
  }

  /** For a stream's own truths. */
  list(): TruthList {
    this.#streams += 1;
    return new TruthList(this, this.#keys, this.areShared ? `${this.#streams} ` : "");
  }

  /** Zero for what has no value; so it is for `NO_TRUTH`. */
  hashOf(truth: number): bigint {
    return this.#hashes[truth] ?? 0n;
  }

  /** The highest label at or below the own cut; -1 for `NO_TRUTH`. */
  labelOf(truth: number): number {
    return this.#labels[truth] ?? -1;
  }

  /** Where the last copy with that label is; undefined while its append is under way. */
  offsetOf(truth: number): number | undefined {
    const stored = this.#offsets[truth] ?? 0;
    return stored === 0 ? undefined : stored - 1;
  }

  /** The bytes of the value. To be read before the next change. */
  valueOf(truth: number): Uint8Array {
    return this.#values.get(truth);
  }

  setValue(truth: number, hash: bigint, value: Uint8Array): void {
    this.#hashes[truth] = hash;
    this.#values.set(truth, value);
  }

  setPlace(truth: number, label: number, offset: number | undefined): void {
    this.#labels[truth] = label;
    this.#offsets[truth] = offset === undefined ? 0 : offset + 1;
  }

  /** The next in its list; `NO_TRUTH` at the end. One stream alone has all of them, in the order of their numbers. */
  after(truth: number): number {
    if (!this.areShared) return truth + 1 < this.#keys.limit ? truth + 1 : NO_TRUTH;
    return (this.#next[truth] ?? 0) - 1;
  }

  /** Makes room for a truth that was not there, and puts it after the last of its list. */
  begin(truth: number, last: number): void {
    this.#hashes = grown(this.#hashes, truth);
    this.#labels = grown(this.#labels, truth);
    this.#offsets = grown(this.#offsets, truth);
    this.setPlace(truth, -1, undefined);
    this.#hashes[truth] = 0n;
    if (!this.areShared) return;
    this.#next = grown(this.#next, truth);
    this.#next[truth] = 0;
    if (last !== NO_TRUTH) this.#next[last] = truth + 1;
  }

  end(truth: number): void {
    this.#values.delete(truth);
    this.#keys.delete(truth);
  }

  /** Without the lists, which keep themselves. */
  keepIn(archive: Archive): void {
    const { limit } = this.#keys;
    this.#arena.keepIn(archive);
    this.#keys.keepIn(archive);
    this.#values.keepIn(archive);
    this.#hashes = archive.column(this.#hashes, limit);
    this.#labels = archive.column(this.#labels, limit);
    this.#offsets = archive.column(this.#offsets, limit);
    this.#next = archive.column(this.#next);
  }
}

/** The truths of one stream, by key. */
export class TruthList {
  readonly #truths: Truths;
  readonly #keys: KeyNumbers;
  readonly #prefix: string;
  #first = NO_TRUTH;
  #last = NO_TRUTH;

  constructor(truths: Truths, keys: KeyNumbers, prefix: string) {
    this.#truths = truths;
    this.#keys = keys;
    this.#prefix = prefix;
  }

  /** `NO_TRUTH` when nothing was ever true of the key. */
  find(key: string): number {
    return this.#keys.numberOf(this.#prefix + key);
  }

  /** The truth of a key, which is that it has no value if nothing was known of it. */
  findOrAdd(key: string): number {
    const { size } = this.#keys;
    const truth = this.#keys.add(this.#prefix + key);
    return this.#keys.size === size ? truth : this.#begin(truth);
  }

  /** As `findOrAdd`, of a key of which nothing was known. */
  add(key: string): number {
    return this.#begin(this.#keys.add(this.#prefix + key));
  }

  #begin(truth: number): number {
    this.#truths.begin(truth, this.#last);
    if (this.#first === NO_TRUTH) this.#first = truth;
    this.#last = truth;
    return truth;
  }

  keyOf(truth: number): string {
    return this.#keys.keyOf(truth).slice(this.#prefix.length);
  }

  /** In the order in which they were added. */
  *[Symbol.iterator](): Generator<number> {
    for (let truth = this.#first; truth !== NO_TRUTH; truth = this.#truths.after(truth))
      yield truth;
  }

  /** Forgets all of them. */
  clear(): void {
    for (let truth = this.#first; truth !== NO_TRUTH;) {
      const next = this.#truths.after(truth);
      this.#truths.end(truth);
      truth = next;
    }
    this.#first = NO_TRUTH;
    this.#last = NO_TRUTH;
  }

  keepIn(archive: Archive): void {
    this.#first = archive.json(this.#first);
    this.#last = archive.json(this.#last);
  }
}
