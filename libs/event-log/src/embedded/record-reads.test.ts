import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AppendRecord } from "../event-log.ts";
import { Partition } from "./partition.ts";
import { BATCH_BYTES_MAX, RecordReads } from "./record-reads.ts";
import { RecordWriter } from "./record-writer.ts";
import { CREATE_TABLES } from "./schema.ts";

const TIME = 1_790_000_000_000;
const ALL = 1_000_000;

let database: DatabaseSync;
let reads: RecordReads;
let writer: RecordWriter;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec(CREATE_TABLES);
  reads = new RecordReads(database);
  writer = new RecordWriter(database);
});
afterEach(() => database.close());

function insert(partition: Partition, records: readonly AppendRecord[], time = TIME): void {
  writer.insert(partition, partition.end, time, records);
  partition.end += records.length;
  writer.setNext(partition, partition.end);
}

/** All that the partition holds from `from` on, batch by batch. */
function readAll(partition: Partition, from = 0, recordsMax = ALL) {
  const records = [];
  for (let next = from; next < partition.end;) {
    const batch = reads.read(partition, next, recordsMax);
    expect(batch.next).toBeGreaterThan(next);
    expect(batch.records.length).toBeLessThanOrEqual(recordsMax);
    records.push(...batch.records);
    next = batch.next;
  }
  return records.map(({ offset, timestampMs, key, value }) => {
    return { offset, timestampMs, key, value: Buffer.from(value).toString("hex") };
  });
}

function expected(records: readonly AppendRecord[], first = 0, timestampMs = TIME) {
  return records.map(({ key, value }, at) => {
    return { offset: first + at, timestampMs, key, value: Buffer.from(value).toString("hex") };
  });
}

test("records come back as they were, whatever their keys, values and number", () => {
  let id = 0;
  const record = fc.record({
    key: fc.string({ unit: "binary", maxLength: 30 }),
    value: fc.uint8Array({ maxLength: 30 }),
  });
  const records = fc.oneof(
    fc.array(record, { maxLength: 5 }),
    fc.array(record, { minLength: 60, maxLength: 300 }),
  );
  fc.assert(
    fc.property(records, fc.nat(300), fc.integer({ min: 1, max: 200 }), (all, from, max) => {
      const partition = new Partition((id += 1));
      insert(partition, all);
      expect(readAll(partition, from, max)).toEqual(expected(all).slice(from));
    }),
  );
});

test("records of all sizes are read beside one another, in batches that are bounded", () => {
  const partition = new Partition(1);
  const small = Array.from({ length: 1_000 }, (_, at) => ({
    key: `k${at}`,
    value: Uint8Array.of(at),
  }));
  const large = Array.from({ length: 100 }, (_, at) => ({
    key: "large",
    value: new Uint8Array(200_000).fill(at),
  }));
  const all = [...small, ...large, ...small];
  insert(partition, all);
  expect(readAll(partition)).toEqual(expected(all));
  const { records } = reads.read(partition, small.length, ALL);
  const bytes = records.slice(0, -128).reduce((sum, { value }) => sum + value.length, 0);
  expect(bytes).toBeLessThan(BATCH_BYTES_MAX);
});

test("each partition, offset and time is its own", () => {
  const [one, other] = [new Partition(1), new Partition(2)];
  const record = { key: "k", value: Uint8Array.of(1) };
  insert(one, [record, record], -5);
  insert(other, [record]);
  insert(one, [record], 2 ** 52);
  database.exec("DELETE FROM records WHERE partition = 1 AND offset = 0");
  expect(readAll(one)).toEqual([
    ...expected([record], 1, -5),
    ...expected([record], 2, Number(2 ** 52)),
  ]);
  expect(readAll(other)).toEqual(expected([record]));
});

test("a partition without records is read to its end", () => {
  const partition = new Partition(1);
  partition.end = 7;
  writer.setNext(partition, partition.end);
  expect(reads.read(partition, 3, ALL)).toEqual({ records: [], next: 7 });
});

test("records that went with their topic are not passed over", () => {
  const partition = new Partition(1);
  insert(partition, Array(3).fill({ key: "k", value: new Uint8Array(1) }));
  database.exec("DELETE FROM partitions");
  expect(readAll(partition)).toHaveLength(3);
  // Whoever reads may have seen it while it was there.
  const gone = expect.objectContaining({ code: "unknown-topic", outcome: "refused" });
  database.exec("DELETE FROM records WHERE offset = 0");
  expect(() => reads.read(partition, 0, ALL)).toThrowError(gone);
  database.exec("DELETE FROM records");
  expect(() => reads.read(partition, 1, ALL)).toThrowError(gone);
});

test("a number that can not be is corrupt", () => {
  const partition = new Partition(1);
  partition.end = 7;
  database.exec("INSERT INTO records VALUES (1, 3, 9223372036854775807, 'k', x'01')");
  const corrupt = expect.objectContaining({ code: "corrupt", outcome: "refused" });
  expect(() => reads.read(partition, 0, ALL)).toThrowError(corrupt);
  database.exec("DELETE FROM records");
  database.exec("INSERT INTO records VALUES (1, 9223372036854775807, 1, 'k', x'01')");
  expect(() => reads.read(partition, 0, ALL)).toThrowError(corrupt);
});
