import { Arena, intAt } from "./arena.ts";
import { grown } from "./grown.ts";

const INT_BYTES = 4;
const NOTHING = new Int32Array();

/** A list of numbers for each number. */
export class Rows {
  readonly #arena: Arena;
  #places = new Uint32Array();
  #lengths = new Uint32Array();

  constructor(arena: Arena = new Arena()) {
    this.#arena = arena;
  }

  /** To be read before the next change. */
  get(row: number): Int32Array {
    const length = this.#lengths[row] ?? 0;
    if (length === 0) return NOTHING;
    const place = this.#places[row] ?? 0;
    const from = intAt(place);
    return this.#arena.slab(place).ints.subarray(from, from + length);
  }

  /** Keeps a copy. */
  set(row: number, numbers: ArrayLike<number>): void {
    this.#places = grown(this.#places, row);
    this.#lengths = grown(this.#lengths, row);
    const before = this.#lengths[row] ?? 0;
    if (before !== numbers.length) {
      this.#arena.release(this.#places[row] ?? 0, before * INT_BYTES);
      this.#places[row] = this.#arena.take(numbers.length * INT_BYTES);
      this.#lengths[row] = numbers.length;
    }
    const place = this.#places[row] ?? 0;
    this.#arena.slab(place).ints.set(numbers, intAt(place));
  }
}
