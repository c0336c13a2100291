import type { HostTarget } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { decodeAs, encode, type RecordTypes } from "@titan/schema-codec";
import { beforeEach, expect, test } from "vitest";
import { RULES, type Rules } from "./rules.ts";
import { viewTask } from "./run-view.ts";
import type { Task, TaskStatus } from "./task.ts";
import { membershipView } from "./testing/membership-view.ts";
import { NounLog, viewVersion } from "./testing/noun-log.ts";
import { gone, host } from "./testing/nouns.ts";
import type { View } from "./view.ts";

const OUTPUT = "titan.host-target";
const site = (current: unknown): string => (current as HostTarget).targets.join();

let nouns: NounLog;
beforeEach(async () => {
  nouns = new NounLog();
  await nouns.createTopics();
  await nouns.commit(viewVersion("target-delta", 1));
});

const shown = (): string[] => nouns.shown(OUTPUT, 0, site);

interface Running {
  readonly task: Task<unknown, unknown>;
  readonly statuses: TaskStatus[];
  readonly ended: Promise<unknown>;
}

async function start(
  version = 1,
  rules: Rules = RULES,
  log: EventLog = nouns.log.client(`v${version}`),
): Promise<Running> {
  const statuses: TaskStatus[] = [];
  const task = viewTask({ ...membershipView, version } as unknown as View<unknown, unknown>, 0, {
    log,
    clock: nouns.clock,
    counts: nouns.counts,
    rules,
    onStatus: (_, status) => statuses.push(status),
  });
  const ended = task.run().then(
    () => "ended",
    (error: unknown) => error,
  );
  await nouns.quiet();
  return { task, statuses, ended };
}

async function stop({ task, ended }: Running): Promise<unknown> {
  task.stop();
  await nouns.quiet();
  return await nouns.settle(ended);
}

test("it starts at the highest cut, and marks each later one, also when nothing changed", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  const running = await start();
  expect(shown()).toEqual(["default/a=default/lab@2", "mark@2"]);
  await nouns.commit(host("b"));
  await nouns.commit(host("a", { site: "barn" }), host("b", { site: "lab" }));
  await nouns.quiet();
  expect(shown().slice(2)).toEqual([
    "mark@3",
    "default/a=default/barn@4",
    "default/b=default/lab@4",
    "mark@4",
  ]);
  expect(running.task.revision).toBe(4);
  expect(await stop(running)).toBe("ended");
});

test("a step of a fleet is written as it was at its revision, though the next is there already", async () => {
  const hosts = Array.from({ length: 2_500 }, (_, at) => host(`h${at}`, { site: "lab" }));
  const client = nouns.log.client("v1");
  let isRead = Promise.resolve();
  const subscribe: EventLog["subscribe"] = (from, onBatch, options) =>
    client.subscribe(from, (batch) => isRead.then(() => onBatch(batch)), options);
  const running = await start(1, RULES, { ...boundTo(client), subscribe });
  const { promise, resolve } = Promise.withResolvers<void>();
  isRead = promise;
  await nouns.commit(...hosts);
  await nouns.commit(host("h0", { site: "barn" }), gone(host("h1")));
  const before = shown().length;
  resolve();
  await nouns.quiet();
  const written = shown().slice(before);
  expect(written.toSorted()).toEqual(
    [
      ...hosts.map(({ key }) => `${key}=default/lab@2`),
      "mark@2",
      "default/h0=default/barn@3",
      "default/h1=gone@3",
      "mark@3",
    ].toSorted(),
  );
  expect(written.slice(-3)).toContain("mark@3");
  await stop(running);
});

/** The same log as an object with methods of its own. */
function boundTo(log: EventLog): EventLog {
  return {
    createTopics: (topics) => log.createTopics(topics),
    deleteTopics: (names) => log.deleteTopics(names),
    topics: () => log.topics(),
    append: (batches) => log.append(batches),
    subscribe: (from, onBatch, options) => log.subscribe(from, onBatch, options),
    bounds: (topic, partition) => log.bounds(topic, partition),
    share: (group, partitions, on) => log.share(group, partitions, on),
    close: () => log.close(),
  };
}

test("started again it writes only what differs, and a mark", async () => {
  await nouns.commit(host("a", { site: "lab" }), host("b", { site: "lab" }));
  await stop(await start());
  await nouns.commit(host("a", { site: "barn" }), gone(host("b")));
  const before = shown().length;
  await stop(await start());
  expect(shown().slice(before)).toEqual(["default/a=default/barn@3", "default/b=gone@3", "mark@3"]);
});

test("a record says who caused it, from what, and what it was before", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  await stop(await start());
  await nouns.commit(gone(host("a")));
  await stop(await start());
  const [, , removal] = nouns.log.peek(OUTPUT, 0);
  const record = decodeAs("host-target", removal?.value ?? new Uint8Array());
  expect(record).toMatchObject({
    op: "DELETE",
    changeId: "change-3",
    actor: "tester",
    occurredAt: 3_000,
    causes: [{ kind: "Host", key: "default/a", revision: 3 }],
    processorVersion: 1,
    previous: { targets: ["default/lab"] },
  });
});

test("older code waits, says so from the start, and writes nothing", async () => {
  await nouns.commit(viewVersion("target-delta", 2), host("a", { site: "lab" }));
  const running = await start(1);
  expect(shown()).toEqual([]);
  expect(running.statuses.at(-1)).toEqual({ kind: "waiting", revision: 2, versionInForce: 2 });
  await nouns.commit(host("a", { site: "barn" }));
  await nouns.quiet();
  expect(shown()).toEqual([]);
  expect(running.statuses.at(-1)).toEqual({ kind: "waiting", revision: 3, versionInForce: 2 });
  await stop(running);
});

test("newer code waits until its version is activated; the older stops at that revision", async () => {
  const older = await start(1);
  const newer = await start(2);
  await nouns.commit(host("a", { site: "lab" }));
  await nouns.quiet();
  expect(newer.statuses.at(-1)).toMatchObject({ kind: "waiting", versionInForce: 1 });
  await nouns.commit(viewVersion("target-delta", 2), host("a", { site: "barn" }));
  await nouns.quiet();
  const writers = nouns.log.peek(OUTPUT, 0).flatMap(({ value }) => {
    try {
      const { revision, processorVersion } = decodeAs("host-target", value);
      return [`v${processorVersion}@${revision}`];
    } catch {
      return [];
    }
  });
  expect(writers).toEqual(["v1@2", "v2@3"]);
  expect(older.statuses.at(-1)).toMatchObject({ kind: "waiting", versionInForce: 2 });
  await stop(older);
  await stop(newer);
});

test("without a committed version, both write and contradict each other or repeat", async () => {
  await nouns.commit(viewVersion("target-delta", 2), host("a", { site: "lab" }));
  const running = await start(1, { ...RULES, committedVersions: false });
  expect(shown()).not.toEqual([]);
  await stop(running);
});

test("a task whose version is in force again begins from the start", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  const running = await start(1);
  await nouns.commit(viewVersion("target-delta", 2));
  await nouns.commit(host("a", { site: "barn" }));
  await nouns.quiet();
  expect(shown()).toEqual(["default/a=default/lab@2", "mark@2"]);
  await nouns.commit(viewVersion("target-delta", 1));
  await nouns.quiet();
  expect(shown().slice(2)).toEqual(["default/a=default/barn@5", "mark@5"]);
  expect(running.statuses.filter(({ kind }) => kind === "reading")).toHaveLength(2);
  await stop(running);
});

test("waiting, it repairs nothing", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  const running = await start(1);
  await nouns.commit(host("a", { site: "barn" }));
  await nouns.commit(viewVersion("target-delta", 2));
  await nouns.quiet();
  const before = shown().length;
  await nouns.appendAgain(OUTPUT, 0, 0);
  await nouns.quiet();
  expect(shown().slice(before)).toEqual(["default/a=default/lab@2"]);
  await stop(running);
});

test("a record that can not be read is dead-lettered, and the task goes on", async () => {
  const running = await start();
  const noise = Uint8Array.from([9, 9, 9]);
  await nouns.append("titan.host", 0, "k".repeat(100_000), noise);
  const proposal = encode("commit", notAStatement());
  await nouns.append("titan.host", 0, "wrong", proposal);
  await nouns.commit(host("a", { site: "lab" }));
  await nouns.quiet();
  const letters = nouns.log
    .peek("titan.dead-letter", 0)
    .map(({ value }) => decodeAs("dead-letter", value));
  expect(letters).toMatchObject([
    { topic: "titan.host", offset: 0, code: "not-avro", processor: "target-delta" },
    { topic: "titan.host", offset: 1, code: "wrong-record", key: "wrong" },
  ]);
  expect(letters[0]?.value).toEqual(Buffer.from(noise));
  expect(letters[0]?.key).toHaveLength(4_096);
  expect(shown().at(-1)).toBe("mark@2");
  await stop(running);
});

test("a late copy of an older truth is repaired, with a mark", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  const running = await start();
  await nouns.commit(host("a", { site: "barn" }));
  await nouns.quiet();
  await nouns.appendAgain(OUTPUT, 0, 0);
  await nouns.quiet();
  expect(shown().slice(-3)).toEqual([
    "default/a=default/lab@2",
    "default/a=default/barn@3",
    "mark@3",
  ]);
  await stop(running);
});

test("two at once write the same truths", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  const [one, other] = [await start(), await start()];
  await nouns.commit(host("a", { site: "barn" }), host("b", { site: "lab" }));
  await nouns.quiet();
  const truths = new Set(shown());
  expect([...truths].sort()).toEqual([
    "default/a=default/barn@3",
    "default/a=default/lab@2",
    "default/b=default/lab@3",
    "mark@2",
    "mark@3",
  ]);
  expect([await stop(one), await stop(other)]).toEqual(["ended", "ended"]);
});

test("a contradiction ends the task with an error", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  const running = await start();
  const [own] = nouns.log.peek(OUTPUT, 0);
  const record = decodeAs("host-target", own?.value ?? new Uint8Array());
  const forged = encode("host-target", { ...record, hash: record.hash + 1n });
  await nouns.append(OUTPUT, 0, "default/a", forged);
  await nouns.quiet();
  expect(await nouns.settle(running.ended)).toMatchObject({ name: "Contradiction" });
});

test("a view that throws ends the task with its error", async () => {
  const view: View<unknown, unknown> = {
    ...(membershipView as unknown as View<unknown, unknown>),
    value: () => {
      throw new TypeError("a bug in a view");
    },
  };
  await nouns.commit(host("a"));
  const { log, clock, counts } = nouns;
  const ended = viewTask(view, 0, { log, clock, counts }).run();
  await expect(nouns.settle(ended)).rejects.toThrow("a bug in a view");
});

function notAStatement(): RecordTypes["commit"] {
  const ids = { id: "c", predecessor: "", proposalId: "p", changeId: "p", workspace: "default" };
  const told = { actor: "", reason: "", committedAt: 0, traceparent: "", accepted: true };
  const lists = { refusals: [], outcomes: [], events: [], installation: null };
  return { revision: 1, proposalPosition: 0, ...ids, ...told, ...lists };
}

test("one change with more records than may wait is read to its end", async () => {
  const running = await start();
  const many = Array.from({ length: 6_000 }, (_, at) => host(`h${at}`, { site: "lab" }));
  const revision = await nouns.commit(...many);
  await nouns.quiet();
  expect(shown().at(-1)).toBe(`mark@${revision}`);
  await stop(running);
});
