import type { Archive } from "./archive.ts";
import { Arena, byteAt } from "./arena.ts";
import { grown } from "./grown.ts";

const SLOTS_AT_FIRST = 32;
/** A key with a character beyond this one is kept as a string. */
const BYTE_MAX = 0xff;
const WIDE = 0xff_ff_ff_ff;

/**
 * Gives each of a set of strings a number, and finds one by the other. Numbers are small: those of
 * keys that were deleted are given again. Holds a key of 15 characters in about 40 bytes, none of
 * them for the garbage collector to walk.
 *
 * A hash table with linear probing whose deletion moves entries back (Knuth, The Art of Computer
 * Programming, volume 3, 6.4, algorithm R).
 */
export class KeyNumbers {
  readonly #arena: Arena;
  /** For each slot the number of the key that is there, and one, or zero when it is free; then its hash. */
  #slots = new Int32Array(2 * SLOTS_AT_FIRST);
  /** For each key its place, and its length, which is `WIDE` for one that is kept as a string. */
  #texts = new Uint32Array();
  readonly #wide = new Map<number, string>();
  readonly #free: number[] = [];
  #limit = 0;

  constructor(arena: Arena = new Arena()) {
    this.#arena = arena;
  }

  get size(): number {
    return this.#limit - this.#free.length;
  }

  /** All numbers are below. */
  get limit(): number {
    return this.#limit;
  }

  /** -1 when the key is not there. */
  numberOf(key: string): number {
    return this.#find(key, hashOf(key));
  }

  /** The number of the key, which is new if it was not there. */
  add(key: string): number {
    const hash = hashOf(key);
    const found = this.#find(key, hash);
    if (found >= 0) return found;
    if ((this.size + 1) * 4 > this.#slots.length) this.#rehash();
    const number = this.#free.pop() ?? this.#limit;
    if (number === this.#limit) this.#limit += 1;
    this.#texts = grown(this.#texts, 2 * number + 1);
    this.#write(number, key);
    this.#insert(number, hash);
    return number;
  }

  /** Forgets a key; its number may be that of another from now on. */
  delete(number: number): void {
    this.#vacate(number, hashOf(this.keyOf(number)));
    const length = this.#lengthOf(number);
    if (length === WIDE) this.#wide.delete(number);
    else this.#arena.release(this.#placeOf(number), length);
    this.#free.push(number);
  }

  keyOf(number: number): string {
    const length = this.#lengthOf(number);
    if (length === WIDE) return this.#wide.get(number) ?? "";
    const place = this.#placeOf(number);
    const from = byteAt(place);
    return this.#arena.slab(place).bytes.toString("latin1", from, from + length);
  }

  /** In the order of the table, which is no order of the keys. */
  *numbers(): Generator<number> {
    for (let at = 0; at < this.#slots.length; at += 2) {
      const slot = this.#slots[at] ?? 0;
      if (slot > 0) yield slot - 1;
    }
  }

  *keys(): Generator<string> {
    for (const number of this.numbers()) yield this.keyOf(number);
  }

  /** Its arena is for the owner of that to keep. */
  keepIn(archive: Archive): void {
    this.#limit = archive.json(this.#limit);
    this.#slots = archive.column(this.#slots);
    this.#texts = archive.column(this.#texts, 2 * this.#limit);
    for (const [number, key] of archive.json([...this.#wide])) this.#wide.set(number, key);
    archive.json(this.#free).forEach((number, at) => {
      this.#free[at] = number;
    });
  }

  #find(key: string, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const number = (slots[2 * at] ?? 0) - 1;
      if (number < 0 || (slots[2 * at + 1] === hash && this.#isKey(number, key))) return number;
    }
  }

  #isKey(number: number, key: string): boolean {
    const length = this.#lengthOf(number);
    if (length === WIDE) return this.#wide.get(number) === key;
    if (length !== key.length) return false;
    const place = this.#placeOf(number);
    const { bytes } = this.#arena.slab(place);
    const from = byteAt(place);
    for (let at = 0; at < length; at += 1) {
      if (bytes[from + at] !== key.charCodeAt(at)) return false;
    }
    return true;
  }

  #write(number: number, key: string): void {
    if (!isOfBytes(key)) {
      this.#texts[2 * number + 1] = WIDE;
      this.#wide.set(number, key);
      return;
    }
    const place = this.#arena.take(key.length);
    this.#texts[2 * number] = place;
    this.#texts[2 * number + 1] = key.length;
    this.#arena.slab(place).bytes.write(key, byteAt(place), "latin1");
  }

  #placeOf(number: number): number {
    return this.#texts[2 * number] ?? 0;
  }

  #lengthOf(number: number): number {
    return this.#texts[2 * number + 1] ?? 0;
  }

  #insert(number: number, hash: number): void {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let at = hash & mask;
    while (slots[2 * at] !== 0) at = (at + 1) & mask;
    slots[2 * at] = number + 1;
    slots[2 * at + 1] = hash;
  }

  #vacate(number: number, hash: number): void {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let hole = hash & mask;
    while (slots[2 * hole] !== number + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; slots[2 * at] !== 0; at = (at + 1) & mask) {
      const home = (slots[2 * at + 1] ?? 0) & mask;
      // It may move to the hole unless its home lies between the two.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * at] ?? 0;
      slots[2 * hole + 1] = slots[2 * at + 1] ?? 0;
      hole = at;
    }
    slots[2 * hole] = 0;
  }

  #rehash(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2) {
      const slot = before[at] ?? 0;
      if (slot > 0) this.#insert(slot - 1, before[at + 1] ?? 0);
    }
  }
}

function isOfBytes(key: string): boolean {
  for (let at = 0; at < key.length; at += 1) if (key.charCodeAt(at) > BYTE_MAX) return false;
  return true;
}

/** FNV-1a, then the finisher of MurmurHash3, so that the low bits depend on all. */
function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5 | 0;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return hash ^ (hash >>> 16);
}
