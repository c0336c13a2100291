import type { Archive } from "./archive.ts";
import { Arena, byteAt } from "./arena.ts";
import { grown } from "./grown.ts";

const SLOTS_AT_FIRST = 32;
/** A key with a character beyond this one is kept as a string. */
const BYTE_MAX = 0xff;
const WIDE = 0xff_ff;
/** In the place of a tag: the slot is free. */
const FREE = 0;
const TAG_BITS = 7;

/**
 * Gives each of a set of strings a number, and finds one by the other. Numbers are small: those of
 * keys that were deleted are given again. Holds a key of 15 characters in about 32 bytes, none of
 * them for the garbage collector to walk.
 *
 * A hash table with linear probing whose deletion moves entries back (Knuth, The Art of Computer
 * Programming, volume 3, 6.4, algorithm R). Beside each slot stands a tag, some bits of the hash, so
 * that few keys are compared in vain (as in Abseil's Swiss tables).
 */
export class KeyNumbers {
  readonly #arena: Arena;
  /** For each slot the number of the key that is there. */
  #slots = new Int32Array(SLOTS_AT_FIRST);
  #tags = new Uint8Array(SLOTS_AT_FIRST);
  /** For each key its place, and its length, which is `WIDE` for one that is kept as a string. */
  #places = new Uint32Array();
  #lengths = new Uint16Array();
  readonly #wide = new Map<number, string>();
  readonly #free: number[] = [];
  #limit = 0;
  /** The number that was found last, and whether the one found before was that before it. */
  #last = -1;
  #isInOrder = false;

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
    return this.#isNext(key) ? this.#last : this.#find(key, hashOf(key));
  }

  /** The number of the key, which is new if it was not there. */
  add(key: string): number {
    if (this.#isNext(key)) return this.#last;
    const hash = hashOf(key);
    const found = this.#find(key, hash);
    if (found >= 0) return found;
    if ((this.size + 1) * 2 > this.#slots.length) this.#rehash();
    const number = this.#free.pop() ?? this.#limit;
    if (number === this.#limit) this.#limit += 1;
    this.#places = grown(this.#places, number);
    this.#lengths = grown(this.#lengths, number);
    this.#write(number, key);
    this.#insert(number, hash);
    this.#found(number);
    return number;
  }

  /** Forgets a key; its number may be that of another from now on. */
  delete(number: number): void {
    this.#vacate(number, this.#hashAt(number));
    const length = this.#lengthOf(number);
    if (length === WIDE) this.#wide.delete(number);
    else this.#arena.release(this.#placeOf(number), length);
    // So it is known that the number has no key.
    this.#lengths[number] = WIDE;
    this.#free.push(number);
  }

  /** Whether the key of a number begins with this. */
  startsWith(number: number, prefix: string): boolean {
    const length = this.#lengthOf(number);
    if (length === WIDE) return this.#wide.get(number)?.startsWith(prefix) === true;
    return length >= prefix.length && this.#begins(number, prefix);
  }

  keyOf(number: number): string {
    const length = this.#lengthOf(number);
    if (length === WIDE) return this.#wide.get(number) ?? "";
    const place = this.#placeOf(number);
    const from = byteAt(place);
    return this.#arena.slab(place).bytes.toString("latin1", from, from + length);
  }

  /** In order: of keys that came one after the other, what is held lies side by side. */
  *numbers(): Generator<number> {
    for (let number = 0; number < this.#limit; number += 1) {
      if (this.#lengthOf(number) !== WIDE || this.#wide.has(number)) yield number;
    }
  }

  *keys(): Generator<string> {
    for (const number of this.numbers()) yield this.keyOf(number);
  }

  /** Its arena is for the owner of that to keep. */
  keepIn(archive: Archive): void {
    this.#limit = archive.json(this.#limit);
    this.#slots = archive.column(this.#slots);
    this.#tags = archive.column(this.#tags);
    this.#places = archive.column(this.#places, this.#limit);
    this.#lengths = archive.column(this.#lengths, this.#limit);
    for (const [number, key] of archive.json([...this.#wide])) this.#wide.set(number, key);
    archive.json(this.#free).forEach((number, at) => {
      this.#free[at] = number;
    });
  }

  /**
   * Whether the key is the one after that which was found last, which is then the last: of many keys
   * most are asked for in the order in which they came, and then nothing need be hashed.
   */
  #isNext(key: string): boolean {
    if (!this.#isInOrder) return false;
    const next = this.#last + 1;
    this.#isInOrder = next < this.#limit && this.#isKey(next, key);
    if (this.#isInOrder) this.#last = next;
    return this.#isInOrder;
  }

  #find(key: string, hash: number): number {
    const tags = this.#tags;
    const mask = tags.length - 1;
    const wanted = tagOf(hash);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const tag = tags[at];
      if (tag === FREE) return -1;
      if (tag !== wanted) continue;
      const number = this.#slots[at] ?? 0;
      if (!this.#isKey(number, key)) continue;
      this.#found(number);
      return number;
    }
  }

  #found(number: number): void {
    this.#isInOrder = number === this.#last + 1;
    this.#last = number;
  }

  #isKey(number: number, key: string): boolean {
    const length = this.#lengthOf(number);
    if (length === WIDE) return this.#wide.get(number) === key;
    return length === key.length && this.#begins(number, key);
  }

  #begins(number: number, text: string): boolean {
    const place = this.#placeOf(number);
    const { bytes } = this.#arena.slab(place);
    const from = byteAt(place);
    for (let at = 0; at < text.length; at += 1) {
      if (bytes[from + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  #write(number: number, key: string): void {
    if (key.length >= WIDE || !isOfBytes(key)) {
      this.#lengths[number] = WIDE;
      this.#wide.set(number, key);
      return;
    }
    const place = this.#arena.take(key.length);
    this.#places[number] = place;
    this.#lengths[number] = key.length;
    this.#arena.slab(place).bytes.write(key, byteAt(place), "latin1");
  }

  #placeOf(number: number): number {
    return this.#places[number] ?? 0;
  }

  #lengthOf(number: number): number {
    return this.#lengths[number] ?? 0;
  }

  /** As `hashOf` its key, without making a string of it. */
  #hashAt(number: number): number {
    const length = this.#lengthOf(number);
    if (length === WIDE) return hashOf(this.#wide.get(number) ?? "");
    const place = this.#placeOf(number);
    const { bytes } = this.#arena.slab(place);
    const from = byteAt(place);
    let hash = HASH_AT_FIRST;
    for (let at = from; at < from + length; at += 1) hash = hashedWith(hash, bytes[at] ?? 0);
    return finished(hash);
  }

  #insert(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let at = hash & mask;
    while (this.#tags[at] !== FREE) at = (at + 1) & mask;
    this.#slots[at] = number;
    this.#tags[at] = tagOf(hash);
  }

  #vacate(number: number, hash: number): void {
    const slots = this.#slots;
    const tags = this.#tags;
    const mask = slots.length - 1;
    let hole = hash & mask;
    while (slots[hole] !== number || tags[hole] === FREE) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; tags[at] !== FREE; at = (at + 1) & mask) {
      const home = this.#hashAt(slots[at] ?? 0) & mask;
      // It may move to the hole unless its home lies between the two.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at] ?? 0;
      tags[hole] = tags[at] ?? FREE;
      hole = at;
    }
    tags[hole] = FREE;
  }

  #rehash(): void {
    const slots = this.#slots;
    const tags = this.#tags;
    this.#slots = new Int32Array(slots.length * 2);
    this.#tags = new Uint8Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 1) {
      if (tags[at] === FREE) continue;
      const number = slots[at] ?? 0;
      this.#insert(number, this.#hashAt(number));
    }
  }
}

/** Bits of the hash that do not say where its home is; never that of a free slot. */
function tagOf(hash: number): number {
  return (hash >>> (32 - TAG_BITS)) + 1;
}

function isOfBytes(key: string): boolean {
  for (let at = 0; at < key.length; at += 1) if (key.charCodeAt(at) > BYTE_MAX) return false;
  return true;
}

const HASH_AT_FIRST = 0x81_1c_9d_c5 | 0;

function hashOf(key: string): number {
  let hash = HASH_AT_FIRST;
  for (let at = 0; at < key.length; at += 1) hash = hashedWith(hash, key.charCodeAt(at));
  return finished(hash);
}

/** FNV-1a. */
function hashedWith(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01_00_01_93);
}

/** The finisher of MurmurHash3, so that the low bits depend on all. */
function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return mixed ^ (mixed >>> 16);
}
