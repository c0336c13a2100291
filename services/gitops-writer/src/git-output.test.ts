import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RenderedDeployment } from "@titan/domain";
import { createSimulatedLog } from "@titan/event-log/testing";
import { fixedTopics, Signal, type ViewStep } from "@titan/processor-runtime";
import { decodeAs } from "@titan/schema-codec";
import { expect, test, vi } from "vitest";
import { GitError } from "./git-error.ts";
import { FolderRepository } from "./folder-repository.ts";
import { GitOutput } from "./git-output.ts";
import type { GitRepository } from "./git-repository.ts";
import type { PlacedDeployment } from "./gitops-writer-view.ts";
import {
  DRIVERS,
  fixture,
  forceBranch,
  foreignCommit,
  git,
  readBranch,
  soundCommits,
} from "./testing/git-fixture.ts";

const FILE = "hosts/default/tim-pi/default/prod/app.conf";

function placed(text: string, label: string | null = null): PlacedDeployment {
  const rendered: RenderedDeployment = {
    deployment: "default/prod",
    createdRevision: 1,
    digest: text,
    hostLabels: [],
    files: [
      {
        path: "app.conf",
        executable: false,
        pieces: [{ text: label === null ? text : null, label, hostName: false }],
        bytes: null,
      },
    ],
    problem: null,
  };
  return { host: "default/tim-pi", hostLabels: {}, rendered };
}

function step(revision: number, value: PlacedDeployment | undefined): ViewStep<PlacedDeployment> {
  const origin = {
    revision,
    changeId: `c${revision}`,
    actor: "tim",
    reason: "",
    occurredAt: 1_000,
  };
  const values = new Map([["default/tim-pi/default/prod", value]]);
  return { revision, values, origin, causesOf: () => [] };
}

async function outputOf(open: () => Promise<GitRepository>, now: () => number = () => 0) {
  const log = createSimulatedLog();
  await log.createTopics(fixedTopics({ hostPartitions: 1, deploymentPartitions: 1 }));
  const holds: string[] = [];
  const sleptMs: number[] = [];
  let look = (): void => {};
  const output = new GitOutput({
    log,
    clock: {
      now,
      // Pauses are over at once; the look now and then is the test's to call for.
      sleep: (durationMs) => {
        if (durationMs >= 60_000) return new Promise((resolve) => (look = resolve));
        sleptMs.push(durationMs);
        return Promise.resolve();
      },
    },
    random: () => 0.5,
    installation: "one",
    branch: "main",
    arrived: new Signal(),
    open,
    onHold: (error) => holds.push(error.code),
  });
  const reports = (): readonly { revision: number; problem: string }[] =>
    log.peek("titan.git-commit", 0).map(({ value }) => decodeAs("git-commit", value));
  const lookIsDue = async (): Promise<void> => {
    look();
    await Promise.resolve();
  };
  return { output, holds, sleptMs, reports, lookIsDue };
}

test("a batch of revisions is one commit, an unchanged one none, and each is reported", async () => {
  const { repository, path } = await fixture("folder");
  const { output, reports } = await outputOf(() => Promise.resolve(repository));
  await output.recover(step(3, placed("one")));
  await output.write([step(4, placed("two")), step(5, placed("three"))]);
  await output.write([step(6, placed("three"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "three" });
  expect(await soundCommits(path)).toBe(2);
  expect(reports().map(({ revision }) => revision)).toEqual([3, 5]);
  await output.write([step(7, undefined)]);
  expect(await readBranch(path)).toEqual({});
});

test("what others change in our part is taken back at the next look", async () => {
  const { repository, others, path } = await fixture("folder");
  const { output, lookIsDue } = await outputOf(() => Promise.resolve(repository));
  await output.recover(step(3, placed("one")));
  await foreignCommit(others, { [FILE]: "mine now", "README.md": "theirs" });
  expect(await output.repair()).toBe(false);
  await lookIsDue();
  expect(await output.repair()).toBe(true);
  expect(await readBranch(path)).toEqual({ [FILE]: "one", "README.md": "theirs" });
});

test("what somebody else committed in between stays, and what they changed of ours does not", async () => {
  const { repository, others, path } = await fixture("folder");
  const { output } = await outputOf(() => Promise.resolve(repository));
  await output.recover(step(3, placed("one")));
  await output.write([step(4, placed("two"))]);
  await foreignCommit(others, { "README.md": "theirs", [FILE]: "theirs" });
  await output.write([step(5, placed("three"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "three", "README.md": "theirs" });
  await output.write([step(6, placed("two")), step(7, placed("three"))]);
  await output.write([step(8, placed("two"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "two", "README.md": "theirs" });
});

test("somebody who takes our last commit away gets it again with the next", async () => {
  const { repository, others, path } = await fixture("folder");
  const { output } = await outputOf(() => Promise.resolve(repository));
  await output.recover(step(3, placed("one")));
  const before = (await others.tip())?.commit ?? "";
  await output.write([step(4, placed("two"))]);
  await forceBranch(path, before);
  await output.write([step(5, placed("three"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "three" });
});

test.each(DRIVERS)("a %s that has lost our last commit gets the next one", async (driver) => {
  const { repository, reopen, path } = await fixture(driver);
  const opened = [repository];
  const { output } = await outputOf(async () => opened.pop() ?? (await reopen()));
  await output.recover(step(3, placed("one")));
  // Of a remote only the copy that is kept here: it may be deleted at any time.
  const lost = driver === "folder" ? path : join(dirname(path), "state-1");
  await rm(lost, { recursive: true });
  await output.write([step(4, placed("two"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "two" });
  expect(await soundCommits(path)).toBe(driver === "folder" ? 1 : 2);
});

test.each(DRIVERS)("a %s that is another repository now gets what it lacks", async (driver) => {
  const { repository, reopen, path } = await fixture(driver);
  const opened = [repository];
  const { output } = await outputOf(async () => opened.pop() ?? (await reopen()));
  await output.recover(step(3, placed("one")));
  await output.write([step(4, placed("two"))]);
  await rm(path, { recursive: true });
  const others = await FolderRepository.open({ git, path, branch: "main", nowMs: () => 0 });
  await foreignCommit(others, { "README.md": "theirs", [FILE]: "theirs" });
  await output.write([step(5, placed("three"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "three", "README.md": "theirs" });
  await output.write([step(6, placed("four"))]);
  expect(await readBranch(path)).toEqual({ [FILE]: "four", "README.md": "theirs" });
  expect(await soundCommits(path)).toBe(3);
});

test("while the repository can not be opened the writer holds, then goes on", async () => {
  const { repository, path } = await fixture("folder");
  let tries = 0;
  const { output, holds } = await outputOf(() => {
    tries += 1;
    if (tries < 4) return Promise.reject(new GitError("network", "not there"));
    return Promise.resolve(repository);
  });
  await output.recover(step(3, placed("one")));
  expect(holds).toEqual(["network", "network", "network"]);
  expect(await readBranch(path)).toEqual({ [FILE]: "one" });
});

test("a deployment whose files can not be bound is named beside the tree that lacks it", async () => {
  const { repository, path } = await fixture("folder");
  const { output, reports } = await outputOf(() => Promise.resolve(repository));
  await output.recover(step(3, placed("one")));
  await output.write([step(4, placed("", "zone"))]);
  expect(await readBranch(path)).toEqual({});
  expect(reports().at(-1)?.problem).toContain("zone");
});

test("a commit begins no sooner after the last one than that one took, up to half a second", async () => {
  const { repository } = await fixture("folder");
  let nowMs = 0;
  let takesMs = 300;
  const publish = repository.publish.bind(repository);
  vi.spyOn(repository, "publish").mockImplementation((commit, tip) => {
    nowMs += takesMs;
    return publish(commit, tip);
  });
  const { output, sleptMs } = await outputOf(
    () => Promise.resolve(repository),
    () => nowMs,
  );
  await output.recover(step(3, placed("one")));
  expect(sleptMs).toEqual([]);
  nowMs += 100;
  await output.write([step(4, placed("two"))]);
  expect(sleptMs).toEqual([200]);
  nowMs += 300;
  takesMs = 5_000;
  await output.write([step(5, placed("three"))]);
  expect(sleptMs).toEqual([200]);
  await output.write([step(6, placed("three"))]);
  expect(sleptMs).toEqual([200]);
  await output.write([step(7, placed("four"))]);
  expect(sleptMs).toEqual([200, 500]);
});
