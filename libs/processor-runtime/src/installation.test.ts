import type { Commit } from "@titan/domain";
import { encode } from "@titan/schema-codec";
import { expect, test } from "vitest";
import {
  CHANGE_TOPIC,
  InstallationError,
  openInstallation,
  readInstallation,
} from "./installation.ts";
import { NounLog } from "./testing/noun-log.ts";
import { FIRST_TOPICS } from "./topics.ts";

function first(id: string, hostPartitions: number, more: Partial<Commit> = {}): Commit {
  return {
    revision: 1,
    id: `commit-${id}`,
    predecessor: "",
    proposalId: id,
    proposalPosition: -1,
    changeId: id,
    workspace: "default",
    actor: "titan",
    reason: "",
    committedAt: 0,
    traceparent: "",
    accepted: true,
    refusals: [],
    outcomes: [],
    events: [],
    installation: { id, hostPartitions, deploymentPartitions: 1 },
    ...more,
  };
}

const partitionsOf = async (nouns: NounLog, name: string): Promise<number | undefined> =>
  (await nouns.settle(nouns.log.topics())).find((topic) => topic.name === name)?.partitions;

test("two processes make the installation at once with different counts: both take the one that counted", async () => {
  const winners = new Map<string, number>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const nouns = new NounLog(undefined, seed);
    const [one, other] = await nouns.settle(
      Promise.all([
        openInstallation(nouns.log.client("a"), nouns.clock, first("a", 4)),
        openInstallation(nouns.log.client("b"), nouns.clock, first("b", 8)),
      ]),
    );
    expect(one).toEqual(other);
    expect(await partitionsOf(nouns, "titan.host")).toBe(one.hostPartitions);
    const raced = nouns.log.peek(CHANGE_TOPIC, 0).length === 2;
    if (raced) winners.set(one.id, (winners.get(one.id) ?? 0) + 1);
  }
  expect([...winners.keys()].sort(), "each lost a race").toEqual(["a", "b"]);
});

test("who comes later takes what is there, and appends nothing", async () => {
  const nouns = new NounLog();
  await nouns.settle(openInstallation(nouns.log, nouns.clock, first("a", 4)));
  const second = await nouns.settle(openInstallation(nouns.log, nouns.clock, first("b", 8)));
  expect(second).toEqual({ id: "a", hostPartitions: 4, deploymentPartitions: 1 });
  expect(nouns.log.peek(CHANGE_TOPIC, 0)).toHaveLength(1);
  expect(await nouns.settle(openInstallation(nouns.log, nouns.clock))).toEqual(second);
});

test("a process that makes none says that there is none", async () => {
  const nouns = new NounLog();
  const opening = nouns.settle(openInstallation(nouns.log, nouns.clock));
  await expect(opening).rejects.toMatchObject({ code: "no-installation" });
  await expect(opening).rejects.toBeInstanceOf(InstallationError);
});

test("who only reads takes what is there, and makes no topic where nothing is", async () => {
  const nouns = new NounLog();
  const reading = nouns.settle(readInstallation(nouns.log));
  await expect(reading).rejects.toMatchObject({ code: "no-installation" });
  expect(await nouns.settle(nouns.log.topics())).toEqual([]);
  await nouns.settle(nouns.log.createTopics(FIRST_TOPICS));
  const early = nouns.settle(readInstallation(nouns.log));
  await expect(early).rejects.toMatchObject({ code: "no-installation" });
  const opened = await nouns.settle(openInstallation(nouns.log, nouns.clock, first("a", 4)));
  expect(await nouns.settle(readInstallation(nouns.log))).toEqual(opened);
});

test("what does not count is passed over: noise, other records, a commit that is not the first", async () => {
  const nouns = new NounLog();
  await nouns.settle(nouns.log.createTopics(FIRST_TOPICS));
  for (const value of [
    Uint8Array.from([1, 2, 3]),
    encode("mark", { revision: 1, sum: 0n, count: 0 }),
    encode("commit", first("late", 2, { revision: 2 })),
    encode("commit", first("stray", 2, { predecessor: "another" })),
  ]) {
    await nouns.append(CHANGE_TOPIC, 0, "", value);
  }
  const opened = await nouns.settle(openInstallation(nouns.log, nouns.clock, first("a", 4)));
  expect(opened.id).toBe("a");
});

test("a log whose first commit is no installation is not one of ours", async () => {
  const nouns = new NounLog();
  await nouns.settle(nouns.log.createTopics(FIRST_TOPICS));
  await nouns.append(CHANGE_TOPIC, 0, "", encode("commit", first("a", 1, { installation: null })));
  await expect(
    nouns.settle(openInstallation(nouns.log, nouns.clock, first("b", 1))),
  ).rejects.toMatchObject({ code: "not-a-titan-log" });
});
