import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RECORD_BYTES_MAX } from "../event-log.ts";
import { numbered, topicSpec } from "../testing/event-log-harness.ts";
import { follow } from "../testing/follow.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { BATCH_BYTES_MAX } from "./record-reads.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";

let folder: ReturnType<typeof temporaryLogFolder>;
let log: EmbeddedLog;

beforeEach(() => {
  folder = temporaryLogFolder();
  log = openEmbeddedLog({ path: join(folder.path, "log.db") });
});
afterEach(async () => {
  await log.close();
  folder.remove();
});

async function newTopic(): Promise<string> {
  const topic = topicSpec();
  await log.createTopics([topic]);
  return topic.name;
}

test("batches are bounded in records and in bytes", async () => {
  const topic = await newTopic();
  const large = Array.from({ length: 12 }, () => ({
    key: "",
    value: new Uint8Array(RECORD_BYTES_MAX),
  }));
  await log.append([{ topic, partition: 0, records: [...numbered(5_000), ...large] }]);
  const reader = follow(log, { topic, partition: 0, from: 0 });
  await reader.until(() => reader.records.length >= 5_012);
  for (const { records } of reader.batches) {
    const bytes = records.slice(0, -1).reduce((sum, { value }) => sum + value.length, 0);
    // Rows are fetched 128 at a time at most, so a batch ends at most so many after the limit.
    expect(bytes).toBeLessThan(BATCH_BYTES_MAX + 128 * RECORD_BYTES_MAX);
    expect(records.length).toBeLessThanOrEqual(2_000);
  }
});

test("a long history does not keep others waiting", async () => {
  const [long, short] = [await newTopic(), await newTopic()];
  await log.append([{ topic: long, partition: 0, records: numbered(20_000) }]);
  await log.append([{ topic: short, partition: 0, records: numbered(1) }]);
  const slow = follow(log, { topic: long, partition: 0, from: 0 }, { maxRecords: 1_000 });
  const quick = follow(log, { topic: short, partition: 0, from: 0 });
  await quick.until(() => quick.records.length > 0);
  expect(slow.records.length).toBeLessThan(20_000);
  await slow.until(() => slow.records.length >= 20_000);
});

test("a slow reader misses nothing while the partition's tail overflows", async () => {
  const topic = await newTopic();
  const mayGoOn = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const offsets: number[] = [];
  log.subscribe({ topic, partition: 0, from: 0 }, async ({ records }) => {
    await mayGoOn.promise;
    offsets.push(...records.map(({ offset }) => offset));
    if (offsets.length >= 30_000) done.resolve();
  });
  const quick = follow(log, { topic, partition: 0, from: 0 });
  for (let from = 0; from < 30_000; from += 3_000) {
    await log.append([{ topic, partition: 0, records: numbered(3_000, from) }]);
  }
  await quick.until(() => quick.records.length >= 30_000);
  mayGoOn.resolve();
  await done.promise;
  expect(offsets).toEqual(Array.from({ length: 30_000 }, (_, offset) => offset));
  expect(quick.records.map(({ offset }) => offset)).toEqual(offsets);
});

test("those who follow a partition from its start are handed the same records", async () => {
  const topic = await newTopic();
  await log.append([{ topic, partition: 0, records: numbered(9_000) }]);
  const position = { topic, partition: 0, from: 0 };
  const [one, other] = [follow(log, position), follow(log, position)];
  const few = follow(log, position, { maxRecords: 700 });
  for (const reader of [one, other, few]) await reader.until(() => reader.records.length >= 9_000);
  const offsets = Array.from({ length: 9_000 }, (_, offset) => offset);
  for (const reader of [one, other, few]) {
    expect(reader.records.map(({ offset }) => offset)).toEqual(offsets);
  }
  expect(other.records.every((record, at) => record === one.records[at])).toBe(true);
  for (const { records } of few.batches) expect(records.length).toBeLessThanOrEqual(700);
});

test("ten thousand subscriptions each get their own", async () => {
  const specs = Array.from({ length: 10_000 }, () => topicSpec());
  await log.createTopics(specs);
  const got = new Map<string, number>();
  const done = Promise.withResolvers<void>();
  for (const { name } of specs) {
    log.subscribe({ topic: name, partition: 0, from: 0 }, ({ records }) => {
      if (records.length > 0) got.set(name, (got.get(name) ?? 0) + records.length);
      if (got.size === specs.length) done.resolve();
    });
  }
  await log.append(specs.map(({ name }) => ({ topic: name, partition: 0, records: numbered(1) })));
  await done.promise;
  expect(new Set(got.values())).toEqual(new Set([1]));
});
