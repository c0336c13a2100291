import fc from "fast-check";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { crc32c } from "./crc32c.ts";
import { expect, test } from "vitest";
import {
  decodeRecordBatches,
  encodeRecordBatch,
  recordBytes,
  RecordBatchError,
  type OutgoingRecord,
} from "./record-batch.ts";
import { VarintReader, varintBytes, writeVarint } from "./varint.ts";

const outgoing: fc.Arbitrary<OutgoingRecord> = fc.record({
  key: fc.string({ unit: "grapheme", maxLength: 300 }),
  value: fc.uint8Array({ maxLength: 9_000 }),
  headers: fc.array(fc.tuple(fc.string(), fc.string({ unit: "grapheme" })), { maxLength: 3 }),
});

/** The batch as a broker gives it back: with its base offset, which no checksum covers. */
function stored(records: readonly OutgoingRecord[], base: number, timestampMs = 7): Buffer {
  const batch = encodeRecordBatch(records, timestampMs);
  batch.writeBigInt64BE(BigInt(base), 0);
  return batch;
}

function sealed(batch: Buffer): Buffer {
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

const plain = (key: string): OutgoingRecord => ({ key, value: Buffer.from(key), headers: [] });

test("numbers come back, and take as many bytes as was said", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (value) => {
      const target = new Uint8Array(16);
      const end = writeVarint(target, 0, value);
      expect(end).toBe(varintBytes(value));
      expect(new VarintReader(target, 0).next()).toBe(value);
    }),
  );
});

test("records come back as they were given", () => {
  fc.assert(
    fc.property(
      fc.array(outgoing, { minLength: 1, maxLength: 20 }),
      fc.nat(),
      fc.nat(),
      (records, base, timestampMs) => {
        const decoded = decodeRecordBatches(stored(records, base, timestampMs), base);
        expect(decoded.next).toBe(base + records.length);
        expect(decoded.records).toEqual(
          records.map(({ key, value }, at) => ({
            // A lone surrogate has no UTF-8 form.
            key: Buffer.from(key).toString(),
            value: Buffer.from(value),
            offset: base + at,
            timestampMs,
          })),
        );
      },
    ),
  );
});

test("a record is as long as was said", () => {
  fc.assert(
    fc.property(outgoing, (record) => {
      const size = recordBytes(record) + 1;
      expect(encodeRecordBatch([record], 0)).toHaveLength(61 + varintBytes(size) + size);
    }),
  );
});

test("what lies below the position, and what is cut off, is left out", () => {
  const first = stored([plain("a"), plain("b")], 5);
  const second = stored([plain("c")], 9);
  const bytes = Buffer.concat([first, second, stored([plain("d")], 10).subarray(0, 62)]);
  const { records, next } = decodeRecordBatches(bytes, 6);
  expect(records.map(({ key, offset }) => [key, offset])).toEqual([
    ["b", 6],
    ["c", 9],
  ]);
  expect(next).toBe(10);
});

test("a batch that compaction emptied moves the position, as a control batch does", () => {
  const empty = stored([plain("a")], 5).subarray(0, 61);
  empty.writeInt32BE(3, 23);
  empty.writeInt32BE(0, 57);
  const control = stored([plain("a")], 9);
  control.writeInt16BE(0b11_0000, 21);
  const { records, next } = decodeRecordBatches(Buffer.concat([sealed(empty), sealed(control)]), 5);
  expect(records).toEqual([]);
  expect(next).toBe(10);
});

test.each([
  ["gzip", 1, gzipSync],
  ["zstd", 4, zstdCompressSync],
])("a batch that was compressed with %s is read", (_, codec, compress) => {
  const batch = stored([plain("a"), plain("b")], 1);
  const small = Buffer.concat([batch.subarray(0, 61), compress(batch.subarray(61))]);
  small.writeInt16BE(codec, 21);
  const { records } = decodeRecordBatches(sealed(small), 1);
  expect(records.map(({ key }) => key)).toEqual(["a", "b"]);
});

test("any other compression is an error that says what to do", () => {
  const batch = stored([plain("a")], 1);
  batch.writeInt16BE(2, 21);
  expect(() => decodeRecordBatches(sealed(batch), 1)).toThrow(RecordBatchError);
});

test("bytes that were changed are an error and never a wrong record", () => {
  const batch = stored([plain("alpha"), plain("beta")], 3);
  fc.assert(
    fc.property(
      fc.integer({ min: 21, max: batch.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      (at, change) => {
        const damaged = Buffer.from(batch);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        expect(() => decodeRecordBatches(damaged, 3)).toThrow(RecordBatchError);
      },
    ),
  );
});

test("noise ends in an error or in nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, isSealed) => {
      const bytes = Buffer.concat([stored([plain("a")], 0).subarray(0, 61), noise]);
      if (isSealed) sealed(bytes);
      try {
        decodeRecordBatches(bytes, 0);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordBatchError);
      }
    }),
  );
});
