/**
 * Kafka's default placement of a key: murmur2 of its UTF-8 bytes, made positive, modulo the partition count.
 * The same in every adapter, and the same as the Java client's, so that foreign consumers find what they look for.
 */

const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;
const SCRATCH_BYTES = 4_096;
/** UTF-8 takes at most three bytes for one UTF-16 code unit. */
const BYTES_PER_CODE_UNIT_MAX = 3;

const encoder = new TextEncoder();
/** Reused by every call, which is safe because nothing here is asynchronous: placing a key allocates nothing. */
const scratch = new Uint8Array(SCRATCH_BYTES);

/** The partition of `key` among `count` partitions. */
export function partitionOf(key: string, count: number): number {
  return (murmur2OfText(key) & 0x7fffffff) % count;
}

/** murmur2 of the UTF-8 bytes of `text`, as a signed 32-bit number, as Java prints it. */
export function murmur2OfText(text: string): number {
  if (text.length * BYTES_PER_CODE_UNIT_MAX > SCRATCH_BYTES) {
    const bytes = encoder.encode(text);
    return murmur2(bytes, bytes.length);
  }
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return murmur2(scratch, encoder.encodeInto(text, scratch).written);
    scratch[index] = unit;
  }
  return murmur2(scratch, text.length);
}

/** murmur2 of the first `length` bytes, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array, length: number): number {
  let hash = SEED ^ length;
  const whole = length & ~3;
  for (let index = 0; index < whole; index += 4) {
    let word =
      byteAt(bytes, index) |
      (byteAt(bytes, index + 1) << 8) |
      (byteAt(bytes, index + 2) << 16) |
      (byteAt(bytes, index + 3) << 24);
    word = Math.imul(word, MIX);
    word ^= word >>> 24;
    hash = Math.imul(hash, MIX) ^ Math.imul(word, MIX);
  }
  const rest = length & 3;
  if (rest === 3) hash ^= byteAt(bytes, whole + 2) << 16;
  if (rest >= 2) hash ^= byteAt(bytes, whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byteAt(bytes, whole), MIX);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MIX);
  return (hash ^ (hash >>> 15)) | 0;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
