/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82_f6_3b_78;
const BYTES_AT_ONCE = 8;
/** Row n holds what a byte does to the sum when n bytes follow it. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(BYTES_AT_ONCE * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = (sum & 1) === 0 ? sum >>> 1 : (sum >>> 1) ^ POLYNOMIAL;
    }
    table[byte] = sum;
  }
  for (let at = 256; at < table.length; at += 1) {
    const before = table[at - 256] as number;
    table[at] = (table[before & 255] as number) ^ (before >>> 8);
  }
  return table;
}

/**
 * The checksum of Kafka's record batches, eight bytes at a time: every byte that is read or written
 * goes through here, and one at a time takes two and a half times as long. Every index below is
 * within its array, which `as number` says because a check would cost what is won.
 */
export function crc32c(bytes: Uint8Array): number {
  let sum = -1;
  const whole = bytes.length - (bytes.length % BYTES_AT_ONCE);
  let at = 0;
  for (; at < whole; at += BYTES_AT_ONCE) {
    const first =
      sum ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    sum =
      (TABLE[1_792 + (first & 255)] as number) ^
      (TABLE[1_536 + ((first >>> 8) & 255)] as number) ^
      (TABLE[1_280 + ((first >>> 16) & 255)] as number) ^
      (TABLE[1_024 + (first >>> 24)] as number) ^
      (TABLE[768 + (bytes[at + 4] as number)] as number) ^
      (TABLE[512 + (bytes[at + 5] as number)] as number) ^
      (TABLE[256 + (bytes[at + 6] as number)] as number) ^
      (TABLE[bytes[at + 7] as number] as number);
  }
  for (; at < bytes.length; at += 1) {
    sum = (TABLE[(sum ^ (bytes[at] as number)) & 255] as number) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}
