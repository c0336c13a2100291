import type { Archive } from "./archive.ts";
import { Arena, intAt } from "./arena.ts";
import { grown } from "./grown.ts";
import { Span } from "./span.ts";

const INT_BYTES = 4;
const INTS_AT_LEAST = 2;

/**
 * Which numbers on the left go with which on the right, found from either side: hosts and their
 * labels, hosts and their targets. A change costs by what differs and by the length of the rows
 * that it touches, never by how many there are on the other side.
 *
 * A row on the left is sorted; beside each of its numbers stands where in the posting of that
 * number the left one is. A posting is in no order, so that a member leaves by the last taking its place.
 */
export class Relation {
  readonly #arena: Arena;
  #rowPlaces = new Uint32Array();
  #rowLengths = new Uint32Array();
  #postingPlaces = new Uint32Array();
  #postingLengths = new Uint32Array();
  #postingRooms = new Uint32Array();
  readonly #rights = new Span();
  readonly #lefts = new Span();

  constructor(arena: Arena = new Arena()) {
    this.#arena = arena;
  }

  /** Sorted. To be read before the next change, and before this is asked again. */
  rightsOf(left: number): Span {
    return this.#arena.spanOf(this.#rights, this.#rowPlaces[left], this.#rowLengths[left]);
  }

  /** In no order. To be read before the next change, and before this is asked again. */
  leftsOf(right: number): Span {
    const places = this.#postingPlaces;
    return this.#arena.spanOf(this.#lefts, places[right], this.#postingLengths[right]);
  }

  countOf(right: number): number {
    return this.#postingLengths[right] ?? 0;
  }

  /**
   * `rights` are all that go with this one from now on: sorted, each once. Calls back with each that
   * it did not go with, or goes with no more.
   */
  set(left: number, rights: ArrayLike<number>, changed?: (right: number) => void): void {
    const length = rights.length;
    const oldLength = this.#rowLengths[left] ?? 0;
    const oldPlace = this.#rowPlaces[left] ?? 0;
    const oldInts = this.#arena.slab(oldPlace).ints;
    const oldFrom = intAt(oldPlace);
    const place = length === oldLength ? oldPlace : this.#arena.take(rowBytes(length));
    const ints = this.#arena.slab(place).ints;
    const from = intAt(place);
    const positions: number[] = [];
    let old = 0;
    for (let at = 0; at < length; at += 1) {
      const right = rights[at] ?? 0;
      for (; old < oldLength && (oldInts[oldFrom + old] ?? 0) < right; old += 1) {
        this.#detach(oldInts[oldFrom + old] ?? 0, oldInts[oldFrom + oldLength + old] ?? 0);
        changed?.(oldInts[oldFrom + old] ?? 0);
      }
      if (old < oldLength && oldInts[oldFrom + old] === right) {
        positions.push(oldInts[oldFrom + oldLength + old] ?? 0);
        old += 1;
      } else {
        positions.push(this.#attach(left, right));
        changed?.(right);
      }
    }
    for (; old < oldLength; old += 1) {
      this.#detach(oldInts[oldFrom + old] ?? 0, oldInts[oldFrom + oldLength + old] ?? 0);
      changed?.(oldInts[oldFrom + old] ?? 0);
    }
    for (let at = 0; at < length; at += 1) {
      ints[from + at] = rights[at] ?? 0;
      ints[from + length + at] = positions[at] ?? 0;
    }
    if (place !== oldPlace || length !== oldLength) {
      this.#arena.release(oldPlace, rowBytes(oldLength));
    }
    this.#rowPlaces = grown(this.#rowPlaces, left);
    this.#rowLengths = grown(this.#rowLengths, left);
    this.#rowPlaces[left] = place;
    this.#rowLengths[left] = length;
  }

  /** Its arena is for the owner of that to keep. */
  keepIn(archive: Archive): void {
    this.#rowPlaces = archive.column(this.#rowPlaces);
    this.#rowLengths = archive.column(this.#rowLengths);
    this.#postingPlaces = archive.column(this.#postingPlaces);
    this.#postingLengths = archive.column(this.#postingLengths);
    this.#postingRooms = archive.column(this.#postingRooms);
  }

  /** Answers the position in the posting. */
  #attach(left: number, right: number): number {
    this.#postingPlaces = grown(this.#postingPlaces, right);
    this.#postingLengths = grown(this.#postingLengths, right);
    this.#postingRooms = grown(this.#postingRooms, right);
    const length = this.#postingLengths[right] ?? 0;
    const room = this.#postingRooms[right] ?? 0;
    if (length === room) this.#resize(right, Math.max(INTS_AT_LEAST, room * 2));
    const place = this.#postingPlaces[right] ?? 0;
    this.#arena.slab(place).ints[intAt(place) + length] = left;
    this.#postingLengths[right] = length + 1;
    return length;
  }

  #detach(right: number, position: number): void {
    const last = (this.#postingLengths[right] ?? 0) - 1;
    const place = this.#postingPlaces[right] ?? 0;
    const { ints } = this.#arena.slab(place);
    const from = intAt(place);
    if (position !== last) {
      const moved = ints[from + last] ?? 0;
      ints[from + position] = moved;
      this.#movedTo(moved, right, position);
    }
    this.#postingLengths[right] = last;
    const room = this.#postingRooms[right] ?? 0;
    if (last === 0) this.#resize(right, 0);
    else if (last * 4 < room) this.#resize(right, room / 2);
  }

  /** Tells a left one where it is in the posting now. */
  #movedTo(left: number, right: number, position: number): void {
    const length = this.#rowLengths[left] ?? 0;
    const place = this.#rowPlaces[left] ?? 0;
    const { ints } = this.#arena.slab(place);
    const from = intAt(place);
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ints[from + middle] ?? 0) < right) low = middle + 1;
      else high = middle;
    }
    ints[from + length + low] = position;
  }

  #resize(right: number, room: number): void {
    const before = this.leftsOf(right).view();
    const place = this.#arena.take(room * INT_BYTES);
    if (room > 0) this.#arena.slab(place).ints.set(before, intAt(place));
    const oldRoom = this.#postingRooms[right] ?? 0;
    this.#arena.release(this.#postingPlaces[right] ?? 0, oldRoom * INT_BYTES);
    this.#postingPlaces[right] = place;
    this.#postingRooms[right] = room;
  }
}

/** Each number and its position. */
function rowBytes(length: number): number {
  return 2 * length * INT_BYTES;
}
