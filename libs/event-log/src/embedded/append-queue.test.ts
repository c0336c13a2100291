import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AppendBatch } from "../event-log.ts";
import { numbered, record, topicSpec } from "../testing/event-log-harness.ts";
import { readValues } from "../testing/follow.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";

const MIB = 1024 * 1024;

let folder: ReturnType<typeof temporaryLogFolder>;
let log: EmbeddedLog;

beforeEach(() => {
  folder = temporaryLogFolder();
  log = open();
});
afterEach(async () => {
  await log.close();
  folder.remove();
});

function open(sizeBytesMax = Number.MAX_SAFE_INTEGER): EmbeddedLog {
  return openEmbeddedLog({ path: join(folder.path, "log.db"), compactEveryMs: 0, sizeBytesMax });
}

async function newTopic(durability: "synced" | "rebuildable" = "rebuildable"): Promise<string> {
  const topic = topicSpec({ durability, retention: { kind: "latest", lagMs: 0 } });
  await log.createTopics([topic]);
  return topic.name;
}

function one(topic: string, value: string, key = value): AppendBatch {
  return { topic, partition: 0, records: [record(key, value)] };
}

test("appends of one turn share a transaction", async () => {
  const topic = await newTopic();
  const before = log.transactions();
  await Promise.all(["a", "b", "c", "d"].map((value) => log.append([one(topic, value)])));
  expect(log.transactions()).toEqual({ ...before, rebuildable: before.rebuildable + 1 });
  expect(await readValues(log, topic)).toEqual(["a", "b", "c", "d"]);
});

test("a transaction with anything for a synced topic in it is synced", async () => {
  const [synced, rebuildable] = [await newTopic("synced"), await newTopic()];
  const before = log.transactions();
  await Promise.all([log.append([one(rebuildable, "a")]), log.append([one(synced, "b")])]);
  await log.append([one(rebuildable, "c")]);
  expect(log.transactions()).toEqual({
    synced: before.synced + 1,
    rebuildable: before.rebuildable + 1,
  });
});

test("what would be too much for one transaction is committed in several", async () => {
  const topic = await newTopic();
  const before = log.transactions().rebuildable;
  const records = Array.from({ length: 16 }, () => ({ key: "", value: new Uint8Array(MIB / 2) }));
  await Promise.all(
    Array.from({ length: 10 }, () => log.append([{ topic, partition: 0, records }])),
  );
  expect(log.transactions().rebuildable - before).toBeGreaterThan(1);
  expect((await log.bounds(topic, 0)).end).toBe(160);
});

test("a caller may reuse its buffer as soon as `append` returned", async () => {
  const topic = await newTopic();
  const buffer = new TextEncoder().encode("first");
  const append = log.append([{ topic, partition: 0, records: [{ key: "", value: buffer }] }]);
  buffer.fill(0);
  await append;
  expect(await readValues(log, topic)).toEqual(["first"]);
});

test("what was appended before a deletion in the same turn lands before it", async () => {
  const [topic, other] = [await newTopic(), await newTopic()];
  const appends = [log.append([one(topic, "a")]), log.append([one(other, "b")])];
  const deleted = log.deleteTopics([topic]);
  await Promise.all([...appends, deleted]);
  await expect(log.append([one(topic, "c")])).rejects.toMatchObject({ code: "unknown-topic" });
  expect(await readValues(log, other)).toEqual(["b"]);
});

test("a full disk refuses the whole transaction, and nothing of it is there", async () => {
  const topic = await newTopic("synced");
  await log.append([one(topic, "kept")]);
  const bounds = await log.bounds(topic, 0);
  await log.close();
  log = open(MIB);
  const large = { topic, partition: 0, records: bigRecords(3) };
  const refused = { status: "rejected", reason: { code: "disk-full", outcome: "refused" } };
  const settled = await Promise.allSettled([
    log.append([one(topic, "small")]),
    log.append([large]),
  ]);
  expect(settled).toMatchObject([refused, refused]);
  expect(await log.bounds(topic, 0)).toEqual(bounds);
  expect(await readValues(log, topic)).toEqual(["kept"]);
});

test("after a full disk the log goes on", async () => {
  await log.close();
  log = open(MIB);
  const topic = await newTopic();
  const append = () => log.append([{ topic, partition: 0, records: bigRecords(1) }]);
  const fill = async (): Promise<unknown> => {
    for (let round = 0; round < 10; round += 1) {
      try {
        await append();
      } catch (error) {
        return error;
      }
    }
    return undefined;
  };
  expect(await fill()).toMatchObject({ code: "disk-full" });
  const { end } = await log.bounds(topic, 0);
  await log.compact();
  expect(await append()).toEqual([end]);
  await log.close();
  log = open();
  expect((await log.bounds(topic, 0)).end).toBe(end + 1);
  await log.append([{ topic, partition: 0, records: numbered(1) }]);
});

/** Records of 400 KiB with one key. */
function bigRecords(count: number): AppendBatch["records"] {
  return Array.from({ length: count }, () => ({ key: "k", value: new Uint8Array(400 * 1024) }));
}
