import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c.ts";

/** RFC 3720, B.4, and the check value of the Castagnoli sum. */
test.each([
  ["32 zeros", Buffer.alloc(32), 0x8a_91_36_aa],
  ["32 ones", Buffer.alloc(32, 0xff), 0x62_a8_ab_43],
  ["32 rising", Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46_dd_79_4e],
  ["32 falling", Buffer.from(Array.from({ length: 32 }, (_, at) => 31 - at)), 0x11_3f_db_5c],
  ["nine digits", Buffer.from("123456789"), 0xe3_06_92_83],
  ["nothing", Buffer.alloc(0), 0],
])("the sum of %s is the published one", (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

/** A bit at a time. */
function plainSum(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = (sum & 1) === 0 ? sum >>> 1 : (sum >>> 1) ^ 0x82_f6_3b_78;
    }
  }
  return ~sum >>> 0;
}

test("the sum is the plain one, wherever the bytes begin and however many there are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, from) => {
      const part = bytes.subarray(from);
      expect(crc32c(part)).toBe(plainSum(part));
    }),
  );
});
