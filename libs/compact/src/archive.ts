import type { Column } from "./grown.ts";

/**
 * What tables are kept in beyond a process. The same steps save and load them, in the same order,
 * so that the two can not differ (the idea is that of Boost.Serialization): an archive that saves
 * answers what it was given, one that loads answers what was given then.
 */
export interface Archive {
  /** `used`: how many of the numbers say something; the others are left out. */
  column<C extends Column>(column: C, used?: number): C;
  /** Anything that JSON can say. */
  json<T>(value: T): T;
}

interface Directory {
  readonly columns: readonly number[];
  readonly values: readonly unknown[];
}

const ALIGNMENT_BYTES = 8;
const LENGTH_BYTES = 8;

/** Saves what it is given: columns are not copied, so nothing may change until they are written. */
export class SavingArchive implements Archive {
  readonly #columns: Uint8Array[] = [];
  readonly #values: unknown[] = [];

  column<C extends Column>(column: C, used = column.length): C {
    const byteLength = used * column.BYTES_PER_ELEMENT;
    this.#columns.push(new Uint8Array(column.buffer, column.byteOffset, byteLength));
    return column;
  }

  json<T>(value: T): T {
    this.#values.push(value);
    return value;
  }

  /** The bytes of the archive, one piece after the other. */
  *pieces(): Generator<Uint8Array> {
    const lengths: number[] = [];
    for (const column of this.#columns) {
      lengths.push(column.length);
      yield column;
      const past = column.length % ALIGNMENT_BYTES;
      if (past > 0) yield new Uint8Array(ALIGNMENT_BYTES - past);
    }
    const directory: Directory = { columns: lengths, values: this.#values };
    const text = new TextEncoder().encode(JSON.stringify(directory));
    yield text;
    const length = new DataView(new ArrayBuffer(LENGTH_BYTES));
    length.setFloat64(0, text.length);
    yield new Uint8Array(length.buffer);
  }
}

/** Loads what was saved. Columns are copies, and the bytes are let go with the last of them. */
export class LoadingArchive implements Archive {
  #bytes: ArrayBuffer;
  readonly #directory: Directory;
  #column = 0;
  #value = 0;
  #offset = 0;

  /** `bytes` are those of an archive, whole and undamaged: that is for the caller to see to. */
  constructor(bytes: ArrayBuffer) {
    const end = bytes.byteLength - LENGTH_BYTES;
    const length = new DataView(bytes).getFloat64(end);
    const text = new TextDecoder().decode(new Uint8Array(bytes, end - length, length));
    this.#bytes = bytes;
    this.#directory = JSON.parse(text) as Directory;
  }

  column<C extends Column>(column: C): C {
    const byteLength = this.#directory.columns[this.#column] ?? 0;
    const offset = this.#offset;
    this.#column += 1;
    this.#offset += Math.ceil(byteLength / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    const Type = column.constructor as new (buffer: ArrayBuffer) => C;
    const copy = new Type(this.#bytes.slice(offset, offset + byteLength));
    if (this.#column === this.#directory.columns.length) this.#bytes = new ArrayBuffer();
    return copy;
  }

  json<T>(_value: T): T {
    const value = this.#directory.values[this.#value];
    this.#value += 1;
    return value as T;
  }
}
