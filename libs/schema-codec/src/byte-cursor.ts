const VARINT_BYTES_MAX = 10;

/** A place in bytes that moves over the values of Avro; throws `RangeError` where they end too early. */
export class ByteCursor {
  #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** To a place that it was at before. */
  moveTo(at: number): void {
    this.#at = at;
  }

  /** To other bytes. */
  begin(bytes: Uint8Array, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The place of the bytes that it moved over. */
  skip(count: number): number {
    const from = this.#at;
    if (!(count >= 0 && count <= this.#bytes.length - from)) throw tooShort();
    this.#at = from + count;
    return from;
  }

  /** Over so many texts, or other bytes with their length before them. */
  skipTexts(count: number): void {
    const bytes = this.#bytes;
    for (let left = count; left > 0; left -= 1) {
      const first = bytes[this.#at];
      // Most are so short that their length has one byte; its last bit is the sign.
      if (first !== undefined && first < 0x80 && first % 2 === 0) this.skip(1 + first / 2);
      else this.skip(this.long());
    }
  }

  skipLong(): void {
    const bytes = this.#bytes;
    for (let at = this.#at, end = at + VARINT_BYTES_MAX; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === undefined) throw tooShort();
      if (byte < 0x80) {
        this.#at = at + 1;
        return;
      }
    }
    throw new RangeError("a number has too many bytes");
  }

  byte(): number {
    return this.#bytes[this.skip(1)] ?? 0;
  }

  /** The next `count` bytes. */
  take(count: number): Buffer {
    const from = this.skip(count);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, count);
  }

  /** How many items follow of a list or a map; zero at its end. */
  block(): number {
    const count = this.long();
    if (count < 0) this.skipLong();
    return Math.abs(count);
  }

  /** Exact up to 2^53, which is far above any count that fits. */
  long(): number {
    const from = this.#at;
    const first = this.#bytes[from];
    if (first !== undefined && first < 0x80) {
      this.#at = from + 1;
      return (first >>> 1) ^ -(first & 1);
    }
    this.skipLong();
    let zigzag = 0;
    for (let at = this.#at - 1; at >= from; at -= 1) {
      zigzag = zigzag * 128 + ((this.#bytes[at] ?? 0) & 0x7f);
    }
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
}

function tooShort(): RangeError {
  return new RangeError("the bytes end too early");
}
