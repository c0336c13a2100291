import fc from "fast-check";
import { expect, test } from "vitest";
import { murmur2, murmur2OfText, partitionOf } from "./partitioner.ts";

/** From UtilsTest.java of Apache Kafka. */
test.each([
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
])("murmur2 of %s is Java's", (text, hash) => {
  expect(murmur2OfText(text)).toBe(hash);
});

test("text is hashed as its UTF-8 bytes, whatever its length and letters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 3_000 }), (text) => {
      const bytes = new TextEncoder().encode(text);
      expect(murmur2OfText(text)).toBe(murmur2(bytes, bytes.length));
    }),
    { numRuns: 200 },
  );
});

test("a key's partition is in range and the sign of its hash does not matter", () => {
  expect(partitionOf("foobar", 8)).toBe((-790332482 & 0x7fffffff) % 8);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 512 }), (key, count) => {
      const partition = partitionOf(key, count);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(count);
    }),
  );
});
