const LENGTH_MAX = 32;
/** A power of two, of at most so many texts. */
const SLOTS = 32 * 1024;

/**
 * Makes texts of bytes, and of bytes that were seen lately the same text again. Most texts of records
 * are names that others have too: so they are made once, and the engine works out their hash once.
 *
 * A text has two places, and the newer one takes the first.
 */
export class SeenTexts {
  readonly #texts = Array<string>(SLOTS).fill("");
  readonly #hashes = new Int32Array(SLOTS);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #bytes = new Uint8Array(SLOTS * LENGTH_MAX);

  /** What the bytes are in UTF-8. */
  textIn(bytes: Buffer, from: number, length: number): string {
    if (length === 0) return "";
    if (length > LENGTH_MAX) return bytes.toString("utf8", from, from + length);
    const end = from + length;
    let hash = length;
    for (let at = from; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01_00_01_93);
    // The high bits depend on all bytes.
    const slot = (hash >>> 12) & (SLOTS - 1);
    if (this.#isAt(slot, hash, bytes, from, length)) return this.#texts[slot] ?? "";
    const other = slot ^ 1;
    if (this.#isAt(other, hash, bytes, from, length)) return this.#texts[other] ?? "";
    if (this.#lengths[slot] !== 0) this.#move(slot, other);
    const text = bytes.toString("utf8", from, end);
    this.#texts[slot] = text;
    this.#hashes[slot] = hash;
    this.#lengths[slot] = length;
    this.#bytes.set(bytes.subarray(from, end), slot * LENGTH_MAX);
    return text;
  }

  #isAt(slot: number, hash: number, bytes: Buffer, from: number, length: number): boolean {
    if (this.#hashes[slot] !== hash || this.#lengths[slot] !== length) return false;
    const seen = this.#bytes;
    const start = slot * LENGTH_MAX;
    for (let at = 0; at < length; at += 1) {
      if (seen[start + at] !== bytes[from + at]) return false;
    }
    return true;
  }

  #move(from: number, to: number): void {
    this.#texts[to] = this.#texts[from] ?? "";
    this.#hashes[to] = this.#hashes[from] ?? 0;
    this.#lengths[to] = this.#lengths[from] ?? 0;
    this.#bytes.copyWithin(to * LENGTH_MAX, from * LENGTH_MAX, (from + 1) * LENGTH_MAX);
  }
}
