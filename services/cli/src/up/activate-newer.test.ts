import { ChangeFeed, installationCommit } from "@titan/change-feed";
import type { HostTarget } from "@titan/domain";
import {
  openInstallation,
  proposeOwn,
  RULES,
  viewTask,
  type Rules,
  type TaskStatus,
  type View,
} from "@titan/processor-runtime";
import { NounLog } from "@titan/processor-runtime/testing";
import { targetDelta } from "@titan/target-delta";
import { beforeEach, expect, test } from "vitest";
import { activateNewer, howToGoBack, type OlderCode } from "./activate-newer.ts";

const VIEW = "target-delta";
const OUTPUT = "titan.host-target";

let nouns: NounLog;
let ids = 0;
let processes = 0;

beforeEach(async () => {
  nouns = new NounLog();
  const made = { installationId: "one", commitId: "first", ...nouns.counts, now: 0 };
  const first = installationCommit({ ...made, views: [{ name: VIEW, version: 1 }] });
  await nouns.settle(openInstallation(nouns.log, nouns.clock, first));
});

interface Process {
  readonly older: readonly OlderCode[];
  readonly statuses: readonly TaskStatus[];
  /** As `kill -9`. */
  kill(): void;
}

/** What `titan up` does with its versions: activates the newer ones, and runs the feed and a view. */
async function up(version: number, rules: Rules = RULES): Promise<Process> {
  const { clock, counts } = nouns;
  const log = nouns.log.client(`process ${(processes += 1)}`);
  const older = await nouns.settle(activateNewer(log, clock, [{ name: VIEW, version }]));
  const statuses: TaskStatus[] = [];
  const newId = (): string => `commit-${(ids += 1)}`;
  const view = { ...targetDelta, version } as unknown as View<unknown, unknown>;
  const onStatus = (_: string, status: TaskStatus): void => void statuses.push(status);
  const failed = (error: unknown): void => expect(error).toBeUndefined();
  new ChangeFeed({ log, clock, counts, newId }).run().catch(failed);
  viewTask(view, 0, { log, clock, counts, rules, onStatus }).run().catch(failed);
  await nouns.quiet();
  return { older, statuses, kill: () => log.kill() };
}

/** A change, by whoever can reach the feed. */
async function change(kind: string, name: string, rest: object): Promise<void> {
  const document = { kind, metadata: { name }, ...rest };
  const operations = [{ action: "APPLY" as const, kind, document }];
  const id = `change-${(ids += 1)}`;
  await nouns.settle(
    proposeOwn(nouns.log, nouns.clock, { id, actor: "test", reason: "", operations }),
  );
  await nouns.quiet();
}

async function moveHost(site: string): Promise<void> {
  await change("Host", "a", { metadata: { name: "a", labels: { site } } });
}

async function activate(version: number): Promise<void> {
  await change("View", VIEW, { spec: { version } });
}

const written = (): readonly string[] =>
  nouns.shown(OUTPUT, 0, (current) => (current as HostTarget).targets.join());

/** Older code runs; newer code activates its version and dies before it wrote anything. */
async function newerCodeDied(): Promise<void> {
  const first = await up(1);
  await change("Target", "lab", { spec: { selector: "site=lab" } });
  await moveHost("lab");
  expect(written().filter((record) => !record.startsWith("mark"))).toEqual([
    "default/a=default/lab@3",
  ]);
  first.kill();
  const log = nouns.log.client("newer");
  const offered = [{ name: VIEW, version: 2 }];
  expect(await nouns.settle(activateNewer(log, nouns.clock, offered))).toEqual([]);
  log.kill();
}

test("history 6: newer code dies right after activating; older code that is started again waits and says what to do", async () => {
  await newerCodeDied();
  const before = written();
  // It finds the activation undecided and decides it itself: a start later it also knows.
  (await up(1)).kill();
  const again = await up(1);
  expect(again.statuses.at(-1)).toMatchObject({ kind: "waiting", versionInForce: 2 });
  expect(again.older).toEqual([{ view: VIEW, offered: 1, inForce: 2 }]);
  expect(again.older.map(howToGoBack).join()).toContain(`titan activate ${VIEW} 1`);
  await moveHost("barn");
  expect(written()).toEqual(before);

  await activate(1);
  expect(again.statuses.at(-1)).toMatchObject({ kind: "running", revision: 6 });
  expect(written().slice(before.length)).toEqual(["default/a=gone@6", "mark@6"]);
});

test("history 6: without a committed version the older code goes on, whatever is in force", async () => {
  await newerCodeDied();
  const before = written();
  const again = await up(1, { ...RULES, committedVersions: false });
  await moveHost("barn");
  expect(again.statuses.some(({ kind }) => kind === "waiting")).toBe(false);
  expect(written().length).toBeGreaterThan(before.length);
});

test("newer code that is started again after somebody went back activates its version again", async () => {
  await newerCodeDied();
  (await up(2)).kill();
  const older = await up(1);
  await activate(1);
  expect(older.statuses.at(-1)).toMatchObject({ kind: "running" });
  older.kill();
  const newer = await up(2);
  expect(newer.statuses.at(-1)).toMatchObject({ kind: "running" });
});
