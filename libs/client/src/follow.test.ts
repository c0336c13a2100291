import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedLog } from "@titan/event-log";
import { createSimulatedLog } from "@titan/event-log/testing";
import { FRONTIER_KEY, FRONTIER_TOPIC } from "@titan/processor-runtime";
import { host, NounLog } from "@titan/processor-runtime/testing";
import { encode } from "@titan/schema-codec";
import { afterEach, expect, test } from "vitest";
import { Follower } from "./follower.ts";
import { openTitan } from "./open-titan.ts";
import { applied, deleted, install, startFeed } from "./testing/running-feed.ts";

const HANG_MS = 60_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started() {
  const log = createSimulatedLog();
  const feed = await startFeed(log);
  const titan = await openTitan(log);
  closing.push(
    () => feed.stop(),
    () => titan.close(),
  );
  const propose = async (...operations: Parameters<typeof applied>[]): Promise<number> => {
    const changes = operations.map((operation) => applied(...operation));
    const { verdict, revision } = await titan.propose({ actor: "tester", operations: changes });
    expect(verdict).toBe("accepted");
    return revision;
  };
  return { log, titan, propose };
}

test("cuts rise, hold everything, and name what changed", async () => {
  const { titan, propose } = await started();
  const cuts: { revision: number; keys: string[]; changed: string[] }[] = [];
  const at = new Map<number, () => void>();
  titan.follow({
    topics: ["titan.host"],
    onCut: ({ revision, state, changes }) => {
      const keys = [...state["titan.host"].keys()].sort();
      cuts.push({ revision, keys, changed: [...changes["titan.host"]].sort() });
      for (const [wanted, resolve] of at) if (revision >= wanted) resolve();
    },
  });
  const reached = (revision: number): Promise<void> =>
    new Promise((resolve) => {
      if ((cuts.at(-1)?.revision ?? 0) >= revision) resolve();
      else at.set(revision, resolve);
    });
  await reached(await propose(["Host", "one"], ["Host", "two"]));
  await reached(await propose(["Host", "one", {}, { site: "lab" }]));
  const { revision } = await titan.propose({
    actor: "tester",
    operations: [deleted("Host", "two")],
  });
  await reached(revision);
  expect(cuts.slice(-3)).toEqual([
    { revision: 2, keys: ["default/one", "default/two"], changed: ["default/one", "default/two"] },
    { revision: 3, keys: ["default/one", "default/two"], changed: ["default/one"] },
    { revision: 4, keys: ["default/one"], changed: ["default/two"] },
  ]);
});

test(
  "nouns and what is derived of them are of one revision, in every cut",
  async () => {
    const { titan, propose } = await started();
    const topics = ["titan.host", "titan.target", "titan.host-target"] as const;
    const last = Promise.withResolvers<void>();
    let wanted = Number.POSITIVE_INFINITY;
    const wrong: string[] = [];
    let cuts = 0;
    let before = 0;
    titan.follow({
      topics,
      onCut: ({ revision, state }) => {
        cuts += 1;
        if (revision <= before) wrong.push(`${revision} after ${before}`);
        before = revision;
        const isThere = state["titan.target"].has("default/lab");
        for (const [key, { current }] of state["titan.host"]) {
          const found = state["titan.host-target"].get(key)?.current.targets ?? [];
          const isIn = isThere && current.labels["site"] === "lab";
          if (found.includes("default/lab") !== isIn) wrong.push(`${key} at ${revision}`);
        }
        if (revision >= wanted) last.resolve();
      },
    });
    await propose(["Host", "one"], ["Host", "two"], ["Host", "three"], ["Host", "four"]);
    await propose(["Target", "lab", { selector: "site=lab" }]);
    let revision = 0;
    for (let at = 0; at < 60; at += 1) {
      const name = ["one", "two", "three", "four"][at % 4] ?? "one";
      revision = await propose(["Host", name, {}, { site: at % 3 === 0 ? "barn" : "lab" }]);
    }
    wanted = revision + 1;
    await propose(["Host", "five", {}, { site: "lab" }]);
    await last.promise;
    expect(wrong).toEqual([]);
    expect(cuts).toBeGreaterThan(1);
  },
  HANG_MS,
);

test("while one cut is worked on, those that come are joined", async () => {
  const { titan, propose } = await started();
  const held = Promise.withResolvers<void>();
  const seen: { revision: number; changed: number }[] = [];
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let running = 0;
  titan.follow({
    topics: ["titan.host"],
    onCut: async ({ revision, changes }) => {
      running += 1;
      expect(running).toBe(1);
      seen.push({ revision, changed: changes["titan.host"].size });
      first.resolve();
      if (seen.length === 1) await held.promise;
      if (revision === 11) second.resolve();
      running -= 1;
    },
  });
  await first.promise;
  for (let at = 0; at < 10; at += 1) await propose(["Host", `host-${at}`]);
  held.resolve();
  await second.promise;
  expect(seen.at(0)).toEqual({ revision: 1, changed: 0 });
  expect(seen.slice(1).reduce((sum, { changed }) => sum + changed, 0)).toBe(10);
});

test("what onCut throws, and a topic that goes away, end the following and nothing else", async () => {
  const log = createSimulatedLog();
  const feed = await startFeed(log);
  const titan = await openTitan(log);
  closing.push(() => titan.close());
  await titan.propose({ actor: "tester", operations: [applied("Host", "one")] });
  await feed.stop();
  const throwing = titan.follow({
    topics: ["titan.host"],
    onCut: () => {
      throw new Error("can not take it");
    },
  });
  await expect(throwing.done).rejects.toThrow("can not take it");
  await throwing.close();

  const cut = Promise.withResolvers<void>();
  const workloads = titan.follow({ topics: ["titan.workload"], onCut: () => cut.resolve() });
  const hosts = titan.follow({ topics: ["titan.host"], onCut: () => {} });
  await cut.promise;
  await log.deleteTopics(["titan.workload"]);
  await expect(workloads.done).rejects.toMatchObject({ code: "unknown-topic" });
  await hosts.close();
  await hosts.done;
});

test("topics without cuts are refused at once", async () => {
  const { titan } = await started();
  for (const topic of [
    "titan.change",
    "titan.report",
    "titan.host.<workspace>.<host>",
    "nothing",
  ]) {
    const topics = [topic as "titan.host"];
    expect(() => titan.follow({ topics, onCut: () => {} })).toThrow(RangeError);
  }
  expect(() => titan.follow({ topics: [], onCut: () => {} })).toThrow(RangeError);
});

test("a cut that does not verify is not believed; when it lasts all is read again, and it is told", async () => {
  const nouns = new NounLog();
  await nouns.createTopics();
  await nouns.commit(host("one"), host("two"));
  const seen: { revision: number; changed: string[] }[] = [];
  let alarms = 0;
  const installation = { id: "one", ...nouns.counts };
  const follower = new Follower(nouns.log, nouns.clock, installation, {
    topics: ["titan.host"],
    onCut: ({ revision, changes }) => {
      seen.push({ revision, changed: [...changes["titan.host"]] });
    },
    onStuck: () => {
      alarms += 1;
    },
  });
  await nouns.scheduler.runFor(1_000);
  expect(seen).toEqual([{ revision: 1, changed: ["default/one", "default/two"] }]);

  const partitions = [{ topic: "titan.host", partition: 0, end: 0, sum: 5n }];
  const frontier = { revision: 2, commitId: "c2", commitPosition: 0, partitions };
  await nouns.append(FRONTIER_TOPIC, 0, FRONTIER_KEY, encode("frontier", frontier));
  await nouns.scheduler.runFor(300_000);
  expect(seen).toHaveLength(1);
  expect(alarms).toBeGreaterThan(0);

  nouns.revision = 2;
  await nouns.commit(host("two", { site: "lab" }));
  await nouns.scheduler.runFor(1_000);
  expect(seen.slice(1)).toEqual([{ revision: 3, changed: ["default/two"] }]);
  await nouns.settle(follower.close());
});

test("a log by its address is opened, and closed with the client", async () => {
  const folder = mkdtempSync(join(tmpdir(), "titan-client-"));
  closing.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
  const path = join(folder, "log.sqlite");
  const log = openEmbeddedLog({ path });
  await install(log);
  const feed = await startFeed(log);
  const own = await openTitan(log);
  await own.propose({ actor: "tester", operations: [applied("Host", "one")] });
  await own.close();
  await feed.stop();
  await log.close();
  for (const round of [1, 2]) {
    const titan = await openTitan(`embedded:${path}`);
    expect(titan.installation.id).toBe("one");
    const keys = await new Promise<string[]>((resolve) => {
      titan.follow({
        topics: ["titan.host"],
        onCut: ({ state }) => resolve([...state["titan.host"].keys()]),
      });
    });
    expect(keys, `round ${round}`).toEqual(["default/one"]);
    await titan.close();
  }
});
