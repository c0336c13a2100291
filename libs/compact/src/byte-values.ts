import type { Archive } from "./archive.ts";
import { Arena, byteAt } from "./arena.ts";
import { grown } from "./grown.ts";

/** Bytes by number, outside the garbage collector's heap. */
export class ByteValues {
  readonly #arena: Arena;
  #places = new Uint32Array();
  #lengths = new Uint32Array();

  constructor(arena: Arena = new Arena()) {
    this.#arena = arena;
  }

  /** Empty for a number that has none. To be read before the next change. */
  get(number: number): Uint8Array {
    const length = this.#lengths[number] ?? 0;
    if (length === 0) return new Uint8Array();
    const place = this.#places[number] ?? 0;
    const { buffer, byteOffset } = this.#arena.slab(place).bytes;
    return new Uint8Array(buffer, byteOffset + byteAt(place), length);
  }

  /** Keeps a copy. */
  set(number: number, bytes: Uint8Array): void {
    this.delete(number);
    const place = this.#arena.take(bytes.length);
    this.#places = grown(this.#places, number);
    this.#lengths = grown(this.#lengths, number);
    this.#arena.slab(place).bytes.set(bytes, byteAt(place));
    this.#places[number] = place;
    this.#lengths[number] = bytes.length;
  }

  delete(number: number): void {
    const length = this.#lengths[number] ?? 0;
    if (length === 0) return;
    this.#arena.release(this.#places[number] ?? 0, length);
    this.#lengths[number] = 0;
  }

  /** Its arena is for the owner of that to keep. */
  keepIn(archive: Archive): void {
    this.#places = archive.column(this.#places);
    this.#lengths = archive.column(this.#lengths);
  }
}
