import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Retention } from "../event-log.ts";
import { record, topicSpec } from "../testing/event-log-harness.ts";
import { readAll, readValues } from "../testing/follow.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { Partition } from "./partition.ts";
import { RecordReads } from "./record-reads.ts";
import { RecordWriter } from "./record-writer.ts";
import { RetentionSlices, SLICE_RECORDS_MAX } from "./retention-slices.ts";
import { RetentionStore } from "./retention-store.ts";
import { CREATE_TABLES } from "./schema.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";
import { Transactions } from "./transactions.ts";

const COUNT = SLICE_RECORDS_MAX * 2 + 500;

let folder: ReturnType<typeof temporaryLogFolder>;
let log: EmbeddedLog;
let nowMs = 1_000_000;

beforeEach(() => {
  folder = temporaryLogFolder();
  log = open();
});
afterEach(async () => {
  await log.close();
  folder.remove();
});

function open(): EmbeddedLog {
  return openEmbeddedLog({
    path: join(folder.path, "log.db"),
    now: () => nowMs,
    compactEveryMs: 0,
  });
}

/** A topic with `COUNT` records over `keys` keys, one a millisecond. */
async function filled(retention: Retention, keys: number): Promise<string> {
  const topic = topicSpec({ retention });
  await log.createTopics([topic]);
  const records = Array.from({ length: COUNT }, (_, n) => record(`key-${n % keys}`, String(n)));
  await log.append([{ topic: topic.name, partition: 0, records }]);
  return topic.name;
}

test("a partition of many slices keeps the last of each key", async () => {
  const topic = await filled({ kind: "latest", lagMs: 0 }, 1_500);
  await log.compact();
  const records = await readAll(log, topic);
  expect(records.map(({ offset }) => offset)).toEqual(
    Array.from({ length: 1_500 }, (_, n) => COUNT - 1_500 + n),
  );
  expect(await log.bounds(topic, 0)).toEqual({ start: COUNT - 1_500, end: COUNT });
});

test("a partition of many slices loses what is too old", async () => {
  const topic = await filled({ kind: "age", ageMs: 1_000 }, 10);
  nowMs += 5_000;
  await log.append([{ topic, partition: 0, records: [record("k", "young")] }]);
  await log.compact();
  expect(await readValues(log, topic)).toEqual(["young"]);
  expect(await log.bounds(topic, 0)).toEqual({ start: COUNT, end: COUNT + 1 });
});

test("the state at any time within the lag can still be read", async () => {
  const topic = await filled({ kind: "latest", lagMs: 1_000 }, 1);
  nowMs += 5_000;
  await log.append([{ topic, partition: 0, records: [record("key-0", "young")] }]);
  await log.compact();
  expect(await readValues(log, topic)).toEqual([String(COUNT - 1), "young"]);
});

test("the records of deleted topics are deleted, however many", async () => {
  const topic = await filled({ kind: "forever" }, 10);
  const kept = await filled({ kind: "forever" }, 10);
  await log.deleteTopics([topic]);
  await log.close();
  const database = new DatabaseSync(join(folder.path, "log.db"));
  const count = (table: string) => {
    return database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"];
  };
  expect([count("records"), count("removed"), count("topics")]).toEqual([COUNT, 0, 1]);
  database.close();
  log = open();
  expect(await readAll(log, kept)).toHaveLength(COUNT);
});

test("deleting that was cut short is finished by the next compaction", async () => {
  const topic = await filled({ kind: "forever" }, 10);
  const deleted = log.deleteTopics([topic]);
  await log.close();
  await deleted;
  log = open();
  const again = await filled({ kind: "forever" }, 10);
  await log.compact();
  expect(await readAll(log, again)).toHaveLength(COUNT);
  expect((await log.topics()).map(({ name }) => name)).toEqual([again]);
});

test("more keys than are remembered at once take several passes", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(CREATE_TABLES);
  const writer = new RecordWriter(database);
  const reads = new RecordReads(database);
  const slices = new RetentionSlices(new RetentionStore(database), new Transactions(database), 7);
  const partition = new Partition(1);
  const keys = Array.from({ length: 300 }, (_, n) => `key-${(n * 31) % 40}`);
  for (const [offset, key] of keys.entries()) {
    writer.insert(partition, offset, 0, [{ key, value: new Uint8Array(1) }]);
  }
  partition.end = keys.length;
  writer.setNext(partition, partition.end);
  for (const _slice of slices.keepLatest(partition, partition.end)) continue;
  const offsets = reads.read(partition, 0, 1_000).records.map(({ offset }) => offset);
  const last = new Set(keys.map((key) => keys.lastIndexOf(key)));
  expect(offsets).toEqual([...last].toSorted((a, b) => a - b));
  expect(partition).toMatchObject({ start: offsets[0], cleaned: 300, kept: 40 });
  database.close();
});
