import { expect, test } from "vitest";
import { numbered, topicSpec } from "../testing/event-log-harness.ts";
import { createSimulatedLog, type SimulatedLog } from "./create-simulated-log.ts";
import type { FaultChances } from "./faults.ts";
import { seededRandom } from "./seeded-random.ts";
import { SeededScheduler } from "./seeded-scheduler.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

interface Fixture {
  readonly log: SimulatedLog;
  readonly queue: SeededScheduler;
  readonly topic: string;
}

async function fixture(faults: FaultChances = {}): Promise<Fixture> {
  const queue = new SeededScheduler(seededRandom(1));
  const log = createSimulatedLog({ random: seededRandom(2), scheduler: queue, faults });
  const spec = topicSpec({ name: "t", partitions: 1, retention: { kind: "age", ageMs: DAY_MS } });
  await queue.settle(log.createTopics([spec]));
  return { log, queue, topic: spec.name };
}

const batchOf = ({ topic }: Fixture, count: number) => ({
  topic,
  partition: 0,
  records: numbered(count),
});

function codeOf(append: Promise<unknown>): Promise<string> {
  return append.then(
    () => "acknowledged",
    (error: { readonly code: string; readonly outcome: string }) =>
      `${error.code} ${error.outcome}`,
  );
}

test("a process that stands still is told nothing, and everything when it goes on", async () => {
  const made = await fixture();
  const { log, queue, topic } = made;
  const client = log.client("sleeper");
  let seen = 0;
  let isKnown = false;
  client.subscribe(
    { topic, partition: 0, from: 0 },
    ({ records }) => void (seen += records.length),
  );
  client.pause();
  void client.append([batchOf(made, 1)]).then(() => void (isKnown = true));
  await queue.settle(log.append([batchOf(made, 2)]));
  await queue.runUntilQuiet();
  expect([seen, isKnown, log.peek(topic, 0).length]).toEqual([0, false, 3]);
  client.resume();
  await queue.runUntilQuiet();
  expect([seen, isKnown]).toEqual([3, true]);
});

test("a process that is killed while it stands still never goes on", async () => {
  const { log, queue } = await fixture();
  const client = log.client("sleeper");
  let isRun = false;
  client.pause();
  client.run(() => void (isRun = true));
  client.kill();
  client.resume();
  await queue.runUntilQuiet();
  expect(isRun).toBe(false);
});

test("while there is no room every append is refused, and nothing is there", async () => {
  const made = await fixture();
  const { log, queue, topic } = made;
  log.fill();
  expect(await queue.settle(codeOf(log.append([batchOf(made, 1)])))).toBe("disk-full refused");
  expect(log.peek(topic, 0)).toEqual([]);
  log.free();
  expect(await queue.settle(codeOf(log.append([batchOf(made, 1)])))).toBe("acknowledged");
  expect(log.faultCounts().diskFull).toBe(1);
});

test("wrongTimestamps: what a reader sees is ten years off, what is kept is not", async () => {
  const made = await fixture({ wrongTimestamps: 1 });
  const { log, queue, topic } = made;
  await queue.settle(log.append([batchOf(made, 1)]));
  let seenMs = 0;
  log.subscribe({ topic, partition: 0, from: 0 }, ({ records }) => {
    seenMs = records[0]?.timestampMs ?? seenMs;
  });
  await queue.runUntilQuiet();
  expect(Math.abs(seenMs - (log.peek(topic, 0)[0]?.timestampMs ?? 0))).toBe(3_650 * DAY_MS);
});

test("a backup that is restored has the same records at the same offsets", async () => {
  const made = await fixture({ offsetGap: 1 });
  const { log, queue, topic } = made;
  await queue.settle(log.append([batchOf(made, 2)]));
  const backup = log.backup();
  await queue.settle(log.append([batchOf(made, 1)]));
  const other = createSimulatedLog({ random: seededRandom(3), scheduler: queue });
  other.restore(backup);
  expect(other.peek(topic, 0)).toEqual(log.peek(topic, 0).slice(0, 2));
  const { end } = await queue.settle(other.bounds(topic, 0));
  const [next] = await queue.settle(other.append([batchOf(made, 1)]));
  expect(next).toBe(end);
});

test("retention takes what is old when time leaps, and nothing that landed after a moment", async () => {
  const made = await fixture();
  const { log, queue, topic } = made;
  await queue.settle(log.append([batchOf(made, 1)]));
  queue.skip(2 * DAY_MS);
  const upToMs = queue.now() - DAY_MS;
  await queue.settle(log.append([batchOf(made, 1)]));
  queue.skip(2 * DAY_MS);
  log.compactNow({ upToMs });
  expect(log.peek(topic, 0)).toHaveLength(1);
  log.compactNow();
  expect(log.peek(topic, 0)).toEqual([]);
});

test("what is done now and then for ever does not keep a history from coming to rest", async () => {
  const { queue } = await fixture();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    queue.afterIdly(100, look);
  };
  queue.afterIdly(100, look);
  queue.after(250, () => {});
  await queue.runUntilQuiet();
  expect(looks).toBe(2);
});

test("whoever asks is told what happens to the log, in order", async () => {
  const queue = new SeededScheduler(seededRandom(1));
  const kinds: string[] = [];
  const onEvent = ({ kind }: { readonly kind: string }): void => void kinds.push(kind);
  const log = createSimulatedLog({ random: seededRandom(2), scheduler: queue, onEvent });
  const spec = topicSpec({ name: "t", partitions: 1, retention: { kind: "latest", lagMs: 0 } });
  await queue.settle(log.createTopics([spec]));
  const client = log.client("reader");
  client.subscribe({ topic: "t", partition: 0, from: 0 }, () => {});
  await queue.settle(log.append([{ topic: "t", partition: 0, records: numbered(1) }]));
  await queue.runUntilQuiet();
  log.compactNow();
  client.kill();
  const told = kinds.filter((kind) => kind !== "delivered");
  expect(told).toEqual(["landed", "acknowledged", "shortened", "killed"]);
  expect(kinds).toContain("delivered");
});
