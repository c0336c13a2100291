import type { Archive } from "./archive.ts";
import type { Span } from "./span.ts";

/** One piece of memory, to be read as bytes or as 32-bit numbers. */
export interface Slab {
  readonly bytes: Buffer;
  readonly ints: Int32Array<ArrayBuffer>;
}

const GRANULE_BYTES = 8;
const INTS_A_GRANULE = 2;
const GRANULES_A_SLAB = 1 << 17;
/** The first slab is small: there are many arenas that hold little. Each after it is twice as large. */
const GRANULES_AT_FIRST = 1 << 8;
/** A larger piece gets a slab of its own. */
const SHARED_GRANULES_MAX = GRANULES_A_SLAB / 8;

/**
 * Memory in pieces of any length, outside the garbage collector's heap: a fleet has millions. A
 * piece is known by its place, a number below 2^32; its owner remembers the length. A piece that is
 * released is used again for one of the same length, in steps of eight bytes.
 */
export class Arena {
  readonly #slabs: Slab[] = [];
  /** Released places by how many granules they have. */
  readonly #released: number[][] = [];
  /** Slabs of large pieces that are gone. */
  readonly #vacant: number[] = [];
  #open = -1;
  #used = 0;
  #room = 0;

  /** A place for so many bytes, of any content. */
  take(byteLength: number): number {
    const granules = granulesIn(byteLength);
    if (granules === 0) return 0;
    if (granules > SHARED_GRANULES_MAX) return this.#slabOf(granules) * GRANULES_A_SLAB;
    const released = this.#released[granules]?.pop();
    if (released !== undefined) return released;
    if (this.#used + granules > this.#room) {
      const twice = Math.max(GRANULES_AT_FIRST, this.#room * 2, granules);
      this.#room = Math.min(GRANULES_A_SLAB, twice);
      this.#open = this.#slabOf(this.#room);
      this.#used = 0;
    }
    const place = this.#open * GRANULES_A_SLAB + this.#used;
    this.#used += granules;
    return place;
  }

  /** The length is that with which the place was taken. */
  release(place: number, byteLength: number): void {
    const granules = granulesIn(byteLength);
    if (granules === 0) return;
    if (granules > SHARED_GRANULES_MAX) {
      const at = slabAt(place);
      this.#slabs[at] = NO_SLAB;
      this.#vacant.push(at);
      return;
    }
    (this.#released[granules] ??= []).push(place);
  }

  slab(place: number): Slab {
    const slab = this.#slabs[slabAt(place)];
    return slab ?? NO_SLAB;
  }

  /** Makes a span that of the numbers at a place. */
  spanOf(span: Span, place = 0, length = 0): Span {
    span.length = length;
    if (length > 0) {
      span.ints = this.slab(place).ints;
      span.from = intAt(place);
    }
    return span;
  }

  keepIn(archive: Archive): void {
    const now = { open: this.#open, used: this.#used, room: this.#room };
    const { open, used, room } = archive.json(now);
    this.#open = open;
    this.#used = used;
    this.#room = room;
    archive.json(this.#released).forEach((places, granules) => {
      // Not every length was ever released.
      if (Array.isArray(places)) this.#released[granules] = places;
    });
    archive.json(this.#vacant).forEach((slab, at) => {
      this.#vacant[at] = slab;
    });
    const count = archive.json(this.#slabs.length);
    for (let at = 0; at < count; at += 1) {
      this.#slabs[at] = slabIn(archive.column((this.#slabs[at] ?? NO_SLAB).ints));
    }
  }

  #slabOf(granules: number): number {
    const bytes = new ArrayBuffer(granules * GRANULE_BYTES);
    const at = this.#vacant.pop() ?? this.#slabs.length;
    this.#slabs[at] = slabIn(new Int32Array(bytes));
    return at;
  }
}

const NO_SLAB: Slab = slabIn(new Int32Array());

function slabIn(ints: Int32Array<ArrayBuffer>): Slab {
  return { bytes: Buffer.from(ints.buffer, ints.byteOffset, ints.byteLength), ints };
}

/** Where in its slab a place begins, counted in bytes. */
export function byteAt(place: number): number {
  return (place % GRANULES_A_SLAB) * GRANULE_BYTES;
}

/** Where in its slab a place begins, counted in 32-bit numbers. */
export function intAt(place: number): number {
  return (place % GRANULES_A_SLAB) * INTS_A_GRANULE;
}

function slabAt(place: number): number {
  return Math.floor(place / GRANULES_A_SLAB);
}

function granulesIn(byteLength: number): number {
  return Math.ceil(byteLength / GRANULE_BYTES);
}
