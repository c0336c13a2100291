/** Kafka's fixed-size fields: big-endian numbers, texts and arrays with their length before them. */

/** Writes fields one after the other; grows as needed. */
export class WireWriter {
  #bytes: Buffer;
  #end = 0;

  constructor(sizeBytes = 512) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  int8(value: number): this {
    const at = this.#grow(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#grow(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#grow(8);
    this.#bytes.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  text(value: string | null): this {
    if (value === null) return this.int16(-1);
    const size = Buffer.byteLength(value);
    this.int16(size);
    const at = this.#grow(size);
    this.#bytes.write(value, at);
    return this;
  }

  /** A length of four bytes, then the bytes. */
  block(value: Uint8Array): this {
    this.int32(value.length);
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** Call it before the bytes are looked at: they may be others afterwards. */
  #grow(size: number): number {
    const at = this.#end;
    this.#end += size;
    if (this.#end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#end, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}

/** Reads fields one after the other; throws a `RangeError` where the bytes end. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    this.#at += 1;
    return this.#bytes.readInt8(this.#at - 1);
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigInt64BE(this.#at - 8));
  }

  text(): string {
    const size = Math.max(0, this.int16());
    return this.#take(size).toString("utf8");
  }

  /** A view of the bytes after a length of four bytes; a negative length is none. */
  block(): Buffer {
    return this.#take(Math.max(0, this.int32()));
  }

  array<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.int32(); left > 0; left -= 1) items.push(read());
    return items;
  }

  #take(size: number): Buffer {
    const from = this.#at;
    if (from + size > this.#bytes.length) throw new RangeError("the answer is cut off");
    this.#at += size;
    return this.#bytes.subarray(from, this.#at);
  }
}
