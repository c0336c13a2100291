/** Shorter texts are copied here unit by unit: a call into the runtime costs more than that. */
const SHORT_TEXT_UNITS = 8;
const LONG_TEXT_UNITS = 16 * 1024;
/** What a number takes at most. */
const LONG_BYTES_MAX = 10;
const HASH_BYTES = 8;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Not zero for the bytes that JSON writes otherwise in a text. */
const MARKED = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);

/**
 * Memory that values are written into one after the other. `take` gives away what was written
 * since the last `take`, as a part of memory that is shared with others and that nobody writes to
 * again; `view` and `clear` use the same memory anew each time.
 */
export class ByteSink {
  readonly #blockBytes: number;
  #bytes: Buffer;
  #numbers: DataView;
  #from = 0;
  #at = 0;

  /** `blockBytes`: how much memory is fetched at a time. */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
    this.#bytes = Buffer.allocUnsafeSlow(blockBytes);
    this.#numbers = new DataView(this.#bytes.buffer);
  }

  /** How many bytes were written since the last `take` or `clear`. */
  get length(): number {
    return this.#at - this.#from;
  }

  /** To be read before anything else is written. */
  view(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#from, this.#at - this.#from);
  }

  /** Is not written to any more. */
  take(): Uint8Array {
    const taken = this.view();
    this.#from = this.#at;
    // What is large has its memory for itself, so that nothing small holds it back.
    if (this.#bytes.length > this.#blockBytes) this.#begin(this.#blockBytes);
    return taken;
  }

  /** Forgets what was written behind the first `length` bytes. */
  clear(length = 0): void {
    this.#at = this.#from + length;
  }

  /** Whether what was written behind the first `length` bytes is this. */
  endsWith(bytes: Uint8Array, length: number): boolean {
    const from = this.#from + length;
    if (this.#at - from !== bytes.length) return false;
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#bytes[from + at] !== bytes[at]) return false;
    }
    return true;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  put(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A part of what another holds since its last `take` or `clear`. */
  copy(other: ByteSink, from: number, to: number): void {
    this.#reserve(to - from);
    const begin = other.#from;
    this.#at += other.#bytes.copy(this.#bytes, this.#at, begin + from, begin + to);
  }

  /** Eight bytes, big-endian, of a number from 0 to 2^64-1. */
  hash(value: bigint): void {
    this.#reserve(HASH_BYTES);
    this.#numbers.setBigUint64(this.#at, value);
    this.#at += HASH_BYTES;
  }

  /** Avro's `int` and `long`, of any safe integer. */
  long(value: number): void {
    this.#reserve(LONG_BYTES_MAX);
    this.#at = this.#putLong(value, this.#at);
  }

  /** Avro's `string`: the length in bytes, then UTF-8. Half a surrogate pair is written as U+FFFD. */
  text(value: string): void {
    const units = value.length;
    this.#reserve(utf8BytesMax(value) + LONG_BYTES_MAX);
    // As if each unit took one byte, which is so for most texts.
    const from = this.#putLong(units, this.#at);
    const length = this.#putUtf8(value, from);
    if (length !== units) {
      const moved = this.#at + longBytes(length);
      this.#bytes.copyWithin(moved, from, from + length);
      this.#putLong(length, this.#at);
      this.#at = moved + length;
    } else {
      this.#at = from + length;
    }
  }

  /** UTF-8 without a length. */
  utf8(value: string): void {
    this.#reserve(utf8BytesMax(value));
    this.#at += this.#putUtf8(value, this.#at);
  }

  /** As JSON writes a text. */
  quoted(value: string): void {
    this.utf8(JSON.stringify(value));
  }

  /**
   * As JSON writes the text that these bytes are in UTF-8. Most are names, which stand as they are.
   */
  quotedBytes(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from + 2);
    const target = this.#bytes;
    const shift = this.#at + 1 - from;
    let marked = 0;
    for (let place = from; place < to; place += 1) {
      const byte = bytes[place] ?? 0;
      target[place + shift] = byte;
      marked |= MARKED[byte] ?? 0;
    }
    if (marked !== 0) {
      this.quoted(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString());
      return;
    }
    target[this.#at] = QUOTE;
    target[to + shift] = QUOTE;
    this.#at = to + shift + 1;
  }

  /** Answers how many bytes it took. */
  #putUtf8(value: string, from: number): number {
    const units = value.length;
    const bytes = this.#bytes;
    if (units > SHORT_TEXT_UNITS) return bytes.write(value, from);
    for (let at = 0; at < units; at += 1) {
      const unit = value.charCodeAt(at);
      if (unit >= 0x80) return bytes.write(value, from);
      bytes[from + at] = unit;
    }
    return units;
  }

  /** Answers where the next byte belongs. */
  #putLong(value: number, from: number): number {
    const bytes = this.#bytes;
    let at = from;
    if (value >= 0 && value < 0x4000_0000) {
      let rest = value << 1;
      for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
      bytes[at++] = rest;
      return at;
    }
    // The number with its sign as the last bit is not exact any more where it is large.
    const size = value < 0 ? -value - 1 : value;
    let low = (size % 64) * 2 + (value < 0 ? 1 : 0);
    for (let rest = Math.floor(size / 64); rest > 0; rest = Math.floor(rest / 128)) {
      bytes[at++] = low | 0x80;
      low = rest % 128;
    }
    bytes[at++] = low;
    return at;
  }

  #reserve(count: number): void {
    if (this.#bytes.length - this.#at < count) this.#grow(count);
  }

  #grow(count: number): void {
    const begun = this.#bytes.subarray(this.#from, this.#at);
    this.#begin(Math.max(this.#blockBytes, (begun.length + count) * 2));
    this.#bytes.set(begun);
    this.#at = begun.length;
  }

  #begin(bytes: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
    this.#numbers = new DataView(this.#bytes.buffer);
    this.#from = 0;
    this.#at = 0;
  }
}

/** Worked out only where guessing would take much memory. */
function utf8BytesMax(value: string): number {
  return value.length > LONG_TEXT_UNITS ? Buffer.byteLength(value) : value.length * 3;
}

/** How many bytes Avro writes a length in. */
function longBytes(length: number): number {
  let count = 1;
  for (let rest = Math.floor(length / 64); rest > 0; rest = Math.floor(rest / 128)) count += 1;
  return count;
}
