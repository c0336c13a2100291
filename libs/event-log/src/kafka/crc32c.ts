/** CRC-32C (Castagnoli), reflected. */
const POLYNOMIAL = 0x82_f6_3b_78;
const BYTES_AT_ONCE = 16;
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
 * The checksum of Kafka's record batches, sixteen bytes at a time: every byte that is read or written
 * goes through here, and one at a time takes four times as long. Every index below is within its
 * array, which `as number` says because a check would cost what is won.
 */
export function crc32c(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % BYTES_AT_ONCE);
  let sum = -1;
  let at = 0;
  for (; at < whole; at += BYTES_AT_ONCE) {
    const first = sum ^ view.getInt32(at, true);
    sum =
      fourBytes(first, 3_072) ^
      fourBytes(view.getInt32(at + 4, true), 2_048) ^
      fourBytes(view.getInt32(at + 8, true), 1_024) ^
      fourBytes(view.getInt32(at + 12, true), 0);
  }
  for (; at < bytes.length; at += 1) {
    sum = (TABLE[(sum ^ (bytes[at] as number)) & 255] as number) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}

/** What four bytes do to the sum; `row` is where the row of the last of them begins. */
function fourBytes(bytes: number, row: number): number {
  return (
    (TABLE[row + 768 + (bytes & 255)] as number) ^
    (TABLE[row + 512 + ((bytes >>> 8) & 255)] as number) ^
    (TABLE[row + 256 + ((bytes >>> 16) & 255)] as number) ^
    (TABLE[row + (bytes >>> 24)] as number)
  );
}
