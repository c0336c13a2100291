import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EmbeddedLog } from "../embedded/embedded-log.ts";
import { openEmbeddedLog } from "../embedded/open-embedded-log.ts";
import { temporaryLogFolder } from "../embedded/temporary-log-folder.ts";
import { numbered, topicSpec } from "../testing/event-log-harness.ts";
import { follow } from "../testing/follow.ts";

const RECORDS = 20_000;
/** Each is small enough to be told, and together they are more than a thread is told ahead. */
const COMMITS = 200;
const COMMIT_BYTES = 48 * 1024;

let folder: ReturnType<typeof temporaryLogFolder>;
let log: EmbeddedLog;
const workers: Worker[] = [];

beforeEach(() => {
  folder = temporaryLogFolder();
  log = openEmbeddedLog({ path: join(folder.path, "log.db"), compactEveryMs: 0 });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  await log.close();
  folder.remove();
});

/** A thread that runs the source, in which `log`, `data` and `say` are there. */
function startThread(source: string, data: unknown): Worker {
  const from = JSON.stringify(new URL("./open-thread-log.ts", import.meta.url).href);
  const prelude = `
    import { parentPort, workerData } from "node:worker_threads";
    import { openThreadLog } from ${from};
    const log = openThreadLog(workerData.log);
    const { data } = workerData;
    const say = (message) => parentPort.postMessage(message);
  `;
  const handle = log.forThread();
  const worker = new Worker(
    new URL(`data:text/javascript,${encodeURIComponent(prelude + source)}`),
    { workerData: { log: handle, data }, transferList: [handle.port] },
  );
  workers.push(worker);
  return worker;
}

/** Appends what it reads from one topic to another, one for one. */
const COPY = `
  const { from, to } = data;
  log.subscribe({ topic: from, partition: 0, from: 0 }, async ({ records }) => {
    if (records.length > 0) await log.append([{ topic: to, partition: 0, records }]);
  });
`;

/** Its share of a group. */
const SHARE = `
  const held = new Set();
  const tell = () => say([...held].toSorted((a, b) => a - b));
  log.share(data.group, data.partitions, {
    assigned: (numbers) => { for (const at of numbers) held.add(at); tell(); },
    revoked: (numbers) => { for (const at of numbers) held.delete(at); tell(); },
  });
`;

test("threads pass on what others append, in order and once", async () => {
  const [first, second, third] = [topicSpec(), topicSpec(), topicSpec()];
  await log.createTopics([first, second, third]);
  startThread(COPY, { from: first.name, to: second.name });
  startThread(COPY, { from: second.name, to: third.name });
  const reader = follow(log, { topic: third.name, partition: 0, from: 0 });
  for (let from = 0; from < RECORDS; from += 1_000) {
    await log.append([{ topic: first.name, partition: 0, records: numbered(1_000, from) }]);
  }
  await reader.until(() => reader.records.length >= RECORDS);
  expect(reader.records.map(({ key }) => key)).toEqual(numbered(RECORDS).map(({ key }) => key));
  expect(reader.records.map(({ value }) => Buffer.from(value).toString())).toEqual(
    numbered(RECORDS).map((_, at) => String(at)),
  );
});

test("threads divide the work, and who is left gets what one had that is gone", async () => {
  const data = { group: "work", partitions: 2 };
  const [first, second] = [startThread(SHARE, data), startThread(SHARE, data)];
  const held = new Map<Worker, readonly number[]>();
  let changed = (): void => {};
  for (const worker of [first, second]) {
    worker.on("message", (numbers: readonly number[]) => {
      held.set(worker, numbers);
      changed();
    });
  }
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) await new Promise<void>((resolve) => (changed = resolve));
  };
  await until(() => held.get(first)?.length === 1 && held.get(second)?.length === 1);
  expect([...held.values()].flat().toSorted((a, b) => a - b)).toEqual([0, 1]);
  await first.terminate();
  await until(() => held.get(second)?.length === 2);
});

/** Stands still at its first record until it is told to go on, then tells the keys that it reads. */
const STAND_STILL = `
  const go = new Int32Array(data.go);
  log.subscribe({ topic: data.topic, partition: 0, from: 0 }, ({ records }) => {
    if (records.length === 0) return;
    say(records.map(({ key }) => key));
    Atomics.wait(go, 0, 0);
  });
`;

test("a thread that stood still reads all that came meanwhile, in order", async () => {
  const topic = topicSpec();
  await log.createTopics([topic]);
  const go = new SharedArrayBuffer(4);
  const worker = startThread(STAND_STILL, { topic: topic.name, go });
  const keys: string[] = [];
  let came = Promise.withResolvers<void>();
  worker.on("message", (read: readonly string[]) => {
    keys.push(...read);
    came.resolve();
    came = Promise.withResolvers();
  });
  const append = (key: number, bytes: number): Promise<unknown> => {
    const record = { key: String(key), value: new Uint8Array(bytes) };
    return log.append([{ topic: topic.name, partition: 0, records: [record] }]);
  };
  const first = came.promise;
  await append(0, 1);
  await first;
  // More than a thread is told ahead, then less again.
  for (let key = 1; key <= COMMITS; key += 1) await append(key, COMMIT_BYTES);
  Atomics.store(new Int32Array(go), 0, 1);
  Atomics.notify(new Int32Array(go), 0);
  for (let key = COMMITS + 1; key <= 2 * COMMITS; key += 1) await append(key, 1);
  while (keys.length <= 2 * COMMITS) await came.promise;
  expect(keys).toEqual(Array.from({ length: 2 * COMMITS + 1 }, (_, key) => String(key)));
});

test("when the log is closed, the threads' is closed too", async () => {
  const topic = topicSpec();
  await log.createTopics([topic]);
  const worker = startThread(
    `
    const append = () => log.append([{ topic: data, partition: 0, records: [] }]);
    const { parentPort: port } = await import("node:worker_threads");
    await append();
    say("open");
    port.once("message", async () => {
      try {
        await append();
      } catch ({ code }) {
        say(code);
      }
      port.close();
    });
  `,
    topic.name,
  );
  await once(worker, "message");
  await log.close();
  worker.postMessage("again");
  const [refusal] = await once(worker, "message");
  expect(refusal).toBe("closed");
});
