import type { Archive } from "./archive.ts";
import { Arena, intAt } from "./arena.ts";
import { grown } from "./grown.ts";
import { Span } from "./span.ts";

const INT_BYTES = 4;

/** A list of numbers for each number. */
export class Rows {
  readonly #arena: Arena;
  #places = new Uint32Array();
  #lengths = new Uint32Array();
  readonly #span = new Span();

  constructor(arena: Arena = new Arena()) {
    this.#arena = arena;
  }

  /** To be read before the next change, and before this is asked again. */
  get(row: number): Span {
    return this.#arena.spanOf(this.#span, this.#places[row], this.#lengths[row]);
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

  /** Its arena is for the owner of that to keep. */
  keepIn(archive: Archive): void {
    this.#places = archive.column(this.#places);
    this.#lengths = archive.column(this.#lengths);
  }
}
