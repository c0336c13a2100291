/** Kafka's variable-length numbers: zigzag, seven bits a byte, lowest first. */

/** Bytes that `writeVarint` takes for a number. */
export function varintBytes(value: number): number {
  if (value >= -64 && value < 64) return 1;
  if (value >= -8_192 && value < 8_192) return 2;
  let rest = zigzag(value);
  let bytes = 1;
  while (rest >= 128) {
    rest = Math.floor(rest / 128);
    bytes += 1;
  }
  return bytes;
}

/** Writes a whole number of at most 53 bits; answers the position after it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = zigzag(value);
  let position = at;
  while (rest >= 128) {
    target[position] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
    position += 1;
  }
  target[position] = rest;
  return position + 1;
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

/** Reads numbers one after the other. */
export class VarintReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Throws a `RangeError` where the bytes end, or hold no number of 53 bits. */
  next(): number {
    const first = this.bytes[this.position];
    if (first !== undefined && first < 128) {
      this.position += 1;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw new RangeError("the bytes end inside a number");
      this.position += 1;
      value += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
      if (factor > Number.MAX_SAFE_INTEGER) throw new RangeError("a number is too long");
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
