import { once } from "node:events";
import { join } from "node:path";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EmbeddedLog } from "../embedded/embedded-log.ts";
import { openEmbeddedLog } from "../embedded/open-embedded-log.ts";
import { temporaryLogFolder } from "../embedded/temporary-log-folder.ts";
import { type EventLog, type LogRecord, RECORD_BYTES_MAX } from "../event-log.ts";
import { HANG_MS_MAX, numbered, topicSpec } from "../testing/event-log-harness.ts";
import { follow } from "../testing/follow.ts";
import { openThreadLog } from "./open-thread-log.ts";

/** Small enough to be told with the end. */
const SMALL_BYTES = 32 * 1024;
const COMMITS = 300;
const hang = { timeout: HANG_MS_MAX };

let folder: ReturnType<typeof temporaryLogFolder>;
let owner: EmbeddedLog;
let now: number;
const threads: EventLog[] = [];

beforeEach(() => {
  now = 1_000;
  folder = temporaryLogFolder();
  const path = join(folder.path, "log.db");
  owner = openEmbeddedLog({ path, now: () => now, compactEveryMs: 0 });
});
afterEach(async () => {
  await Promise.all(threads.splice(0).map((log) => log.close()));
  await owner.close();
  folder.remove();
});

/** The log as a thread sees it; both ends are in this one. */
function openThread(): EventLog {
  const log = openThreadLog(owner.forThread());
  threads.push(log);
  return log;
}

async function makeTopics(): Promise<readonly [string, string]> {
  const [one, other] = [topicSpec(), topicSpec()];
  await owner.createTopics([one, other]);
  return [one.name, other.name];
}

/** A reader that stays in its first call until `go`, so that what comes is kept for it in memory. */
async function holdReader(log: EventLog, topic: string) {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const records: LogRecord[] = [];
  log.subscribe({ topic, partition: 0, from: 0 }, async (batch) => {
    records.push(...batch.records);
    begun.resolve();
    await gate.promise;
  });
  await begun.promise;
  return {
    records,
    go: async (count: number): Promise<void> => {
      // What was told before is there when this is answered.
      await log.bounds(topic, 0);
      gate.resolve();
      await expect.poll(() => records.length, hang).toBe(count);
    },
  };
}

/** A thread that follows the topic, and from then on stands still. */
async function standingStill(topic: string): Promise<MessagePort> {
  const { port } = owner.forThread();
  const body = { kind: "follow", follow: 1, topic, partition: 0 };
  const answered = once(port, "message");
  port.postMessage({ kind: "call", id: 1, body });
  await answered;
  port.removeAllListeners("message");
  return port;
}

interface Told {
  readonly message: {
    readonly body: {
      readonly added: {
        readonly batches: readonly { readonly keys: readonly string[] }[];
        readonly values: Uint8Array;
      };
    };
  };
}

/** What was posted to the port and not taken. */
function takeAll(port: MessagePort): readonly Told[] {
  const all: Told[] = [];
  for (;;) {
    const told = receiveMessageOnPort(port) as Told | undefined;
    if (told === undefined) return all;
    all.push(told);
  }
}

test("commits that come before a thread is told of the last one reach it all, each at its time", async () => {
  const log = openThread();
  const [topic, other] = await makeTopics();
  const [reader, second] = [await holdReader(log, topic), await holdReader(log, other)];
  await owner.append([{ topic, partition: 0, records: numbered(1) }]);
  const appends = [topic, topic, other, topic].map((place, at) => {
    now += 1;
    const append = owner.append([{ topic: place, partition: 0, records: numbered(1, at + 1) }]);
    // Commits at once.
    return [append, owner.deleteTopics([])];
  });
  await Promise.all(appends.flat());
  await reader.go(4);
  await second.go(1);
  expect(reader.records).toMatchObject([
    { key: "key-0", offset: 0, timestampMs: 1_000 },
    { key: "key-1", offset: 1, timestampMs: 1_001 },
    { key: "key-2", offset: 2, timestampMs: 1_002 },
    { key: "key-4", offset: 3, timestampMs: 1_004 },
  ]);
  expect(second.records).toMatchObject([{ key: "key-3", offset: 0, timestampMs: 1_003 }]);
});

test("a thread that stands still is not told more and more", async () => {
  const [topic] = await makeTopics();
  const port = await standingStill(topic);
  const records = [{ key: "k", value: new Uint8Array(SMALL_BYTES) }];
  for (let at = 0; at < COMMITS; at += 1) {
    await owner.append([{ topic, partition: 0, records }]);
  }
  const told = takeAll(port);
  expect(told.length).toBeGreaterThan(1);
  expect(told.length).toBeLessThan(COMMITS / 2);
  port.close();
});

test("keys count when it is asked whether a commit is small", async () => {
  const [topic] = await makeTopics();
  const port = await standingStill(topic);
  const key = "k".repeat(RECORD_BYTES_MAX);
  await owner.append([{ topic, partition: 0, records: [{ key, value: new Uint8Array() }] }]);
  const [told] = takeAll(port);
  expect(told?.message.body.added.batches.map(({ keys }) => keys.length)).toEqual([0]);
  port.close();
});

test.each(["owner", "thread"])("what the %s keeps of a record keeps no other batch", async (at) => {
  const log = openThread();
  const [topic, other] = await makeTopics();
  const reader = await holdReader(at === "owner" ? owner : log, topic);
  const second = await holdReader(log, other);
  await (at === "owner" ? log : owner).append([
    { topic, partition: 0, records: [{ key: "k", value: new Uint8Array(1) }] },
    { topic: other, partition: 0, records: [{ key: "k", value: new Uint8Array(SMALL_BYTES) }] },
  ]);
  await reader.go(1);
  await second.go(1);
  expect(reader.records[0]?.value.buffer.byteLength).toBe(1);
});

test.each(["owner", "thread"])("both may close at once, the %s first", async (first) => {
  const log = openThread();
  const held = new Set<number>();
  const share = log.share("work", 2, {
    assigned: (numbers) => numbers.forEach((at) => held.add(at)),
    revoked: (numbers) => numbers.forEach((at) => held.delete(at)),
  });
  await expect.poll(() => held.size, hang).toBe(2);
  const closed = first === "owner" ? [owner.close()] : [];
  await Promise.all([...closed, share.close(), log.close(), owner.close()]);
  expect(held.size).toBe(0);
});

test("who asks for a share while the log closes gets none", async () => {
  const log = openThread();
  const given: number[] = [];
  const closed = owner.close();
  const share = log.share("work", 2, {
    assigned: (numbers) => void given.push(...numbers),
    revoked: () => {},
  });
  await closed;
  await share.close();
  expect(given).toEqual([]);
});

test("keys and values at the edges are the same from memory and from the file", async () => {
  const log = openThread();
  const [topic] = await makeTopics();
  const large = { key: "k", value: new Uint8Array(RECORD_BYTES_MAX - 1) };
  await log.append([{ topic, partition: 0, records: [large] }]);
  const keys = ["", "a\0b", "\0", "ü", "\u{1f600}", "\ud800", "x\udc00y"];
  const readers = [await holdReader(log, topic), await holdReader(owner, topic)];
  now = -5;
  const records = keys.map((key, at) => ({ key, value: new Uint8Array(at % 2) }));
  await log.append([{ topic, partition: 0, records }]);
  await owner.append([{ topic, partition: 0, records }]);
  const count = 1 + 2 * keys.length;
  for (const reader of readers) await reader.go(count);
  const late = follow(log, { topic, partition: 0, from: 0 });
  await late.until(() => late.records.length === count);
  const shown = (found: readonly LogRecord[]) =>
    found.map(({ key, value, offset, timestampMs }) => [key, value.length, offset, timestampMs]);
  for (const reader of readers) expect(shown(reader.records)).toEqual(shown(late.records));
  expect(late.records.at(-1)).toMatchObject({ key: "x\ufffdy", timestampMs: -5 });
});
