import { gzipSync, zstdCompressSync } from "node:zlib";
import { integerBelow } from "@titan/event-log/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "../../libs/event-log/src/kafka/crc32c.ts";
import { fetchRequest, NO_SESSION } from "../../libs/event-log/src/kafka/fetch.ts";
import { readMetadata } from "../../libs/event-log/src/kafka/metadata.ts";
import {
  decodeRecordBatches,
  encodeRecordBatch,
  RecordBatchError,
} from "../../libs/event-log/src/kafka/record-batch.ts";
import { WireWriter } from "../../libs/event-log/src/kafka/wire.ts";
import { CASES, expectInProportion, tryAll } from "./cases.ts";
import { mutated, randomness } from "./hostile-values.ts";

const HEADER_BYTES = 61;

function batchOf(count: number): Buffer {
  const records = Array.from({ length: count }, (_, at) => ({
    key: at % 3 === 0 ? "" : `key-${at}`,
    value: Buffer.alloc(at % 40, at),
    headers: [["ce_id", `${at}`]] as const,
  }));
  return encodeRecordBatch(records, 1_700_000_000_000);
}

/** With a true length and sum, so that what is inside is looked at. */
function sealed(batch: Uint8Array): Buffer {
  const whole = Buffer.from(batch);
  if (whole.length < HEADER_BYTES) return whole;
  whole.writeInt32BE(whole.length - 12, 8);
  whole.writeUInt32BE(crc32c(whole.subarray(21)), 17);
  return whole;
}

function compressed(codec: 1 | 4): Buffer {
  const batch = batchOf(20);
  const body = batch.subarray(HEADER_BYTES);
  const small = codec === 1 ? gzipSync(body) : zstdCompressSync(body);
  const whole = Buffer.concat([batch.subarray(0, HEADER_BYTES), small]);
  whole.writeInt16BE(codec, 21);
  return sealed(whole);
}

const BATCHES = [batchOf(1), batchOf(5), batchOf(20), compressed(1), compressed(4)];

test(`${CASES} changed record batches are records or a RecordBatchError`, () => {
  let read = 0;
  let refused = 0;
  tryAll(randomness, (random) => {
    const original = BATCHES[integerBelow(random, BATCHES.length)] ?? Buffer.alloc(0);
    const changed = mutated(original, random);
    // Most with a sum that fits: otherwise nothing but the sum would be looked at.
    const bytes = random() < 0.1 ? Buffer.from(changed) : sealed(changed);
    try {
      const { records, next } = decodeRecordBatches(bytes, 0);
      read += 1;
      expect(Number.isFinite(next)).toBe(true);
      if (bytes.length < 1_000 && bytes.readInt16BE(21) === 0) {
        expect(records.length).toBeLessThanOrEqual(bytes.length);
      }
    } catch (error) {
      if (error instanceof RangeError && bytes.length < HEADER_BYTES) return;
      if (!(error instanceof RecordBatchError)) throw error;
      refused += 1;
    }
  });
  expect(Math.min(read, refused)).toBeGreaterThan(0);
});

test("a batch that would swell beyond all bounds is refused", () => {
  for (const [codec, compress] of [
    [1, gzipSync],
    [4, zstdCompressSync],
  ] as const) {
    const head = batchOf(1).subarray(0, HEADER_BYTES);
    const whole = Buffer.concat([head, compress(Buffer.alloc(65 * 1024 * 1024))]);
    whole.writeInt16BE(codec, 21);
    expect(() => decodeRecordBatches(sealed(whole), 0)).toThrow(RecordBatchError);
  }
});

test("a batch that announces records which are not there takes no time for them", () => {
  const batch = batchOf(3);
  batch.writeInt32BE(2 ** 31 - 1, 57);
  expect(() => decodeRecordBatches(sealed(batch), 0)).toThrow(RecordBatchError);
});

test("record batches take time in proportion to their bytes", () => {
  expectInProportion(2_000, batchOf, (batch) => decodeRecordBatches(batch, 0));
});

function fetched(): Buffer {
  const writer = new WireWriter().int32(0).int16(0).int32(7).int32(2);
  for (const topic of ["titan.change", "titan.host"]) {
    writer.text(topic).int32(2);
    for (const partition of [0, 1]) {
      writer.int32(partition).int16(0).int64(10).int64(10).int64(0);
      writer.int32(1).int64(5).int64(6).int32(-1).block(batchOf(2));
    }
  }
  return Buffer.from(writer.bytes);
}

function metadata(): Buffer {
  const writer = new WireWriter()
    .int32(0)
    .int32(1)
    .int32(1)
    .text("localhost")
    .int32(9092)
    .text(null);
  writer.text("cluster").int32(1).int32(2);
  for (const topic of ["titan.change", "titan.host"]) {
    writer.int16(0).text(topic).int8(0).int32(3);
    for (const partition of [0, 1, 2]) {
      writer.int16(0).int32(partition).int32(1);
      for (let list = 0; list < 3; list += 1) writer.int32(1).int32(1);
    }
  }
  return Buffer.from(writer.bytes);
}

test(`${CASES} changed answers to a fetch are read or are a RangeError`, () => {
  const { read } = fetchRequest([], NO_SESSION, { waitMs: 1, bytesMax: 1 });
  const original = fetched();
  expect(read(original).partitions).toHaveLength(4);
  tryAll(randomness, (random) => {
    const bytes = Buffer.from(mutated(original, random));
    try {
      const { partitions } = read(bytes);
      expect(partitions.length).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  });
});

test(`${CASES} changed answers about topics have no more partitions than bytes, or are a RangeError`, () => {
  const original = metadata();
  expect(readMetadata(original).topics.map(({ leaders }) => leaders)).toEqual([
    [1, 1, 1],
    [1, 1, 1],
  ]);
  tryAll(randomness, (random) => {
    const bytes = Buffer.from(mutated(original, random));
    try {
      for (const { leaders } of readMetadata(bytes).topics) {
        if (leaders.length > bytes.length) throw new Error(`${leaders.length} partitions`);
        if (Object.keys(leaders).length !== leaders.length) throw new Error("a hole");
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  });
});

test("an answer that announces two billion items takes no time for them", () => {
  const announced = fc.constantFrom(2 ** 31 - 1, 2 ** 30, 1_000_000);
  tryAll(
    announced,
    (count) => {
      const bytes = new WireWriter().int32(0).int32(count).bytes;
      expect(() => readMetadata(Buffer.from(bytes))).toThrow(RangeError);
    },
    10,
  );
});
