import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedLog, type EmbeddedLog } from "@titan/event-log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProcessorThreads, type ThreadOptions } from "./processor-threads.ts";

/** A thread loads all of the views. */
const HANG_MS_MAX = 60_000;
const hang = { timeout: HANG_MS_MAX };

let folder: string;
let log: EmbeddedLog;
let bugs: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "titan-threads-"));
  log = openEmbeddedLog({ path: join(folder, "log.sqlite"), compactEveryMs: 0 });
  bugs = [];
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

function threads(change: Partial<ThreadOptions> = {}): ProcessorThreads {
  return new ProcessorThreads({
    log,
    threads: [["views"]],
    installation: { id: "one", hostPartitions: 1, deploymentPartitions: 1 },
    layout: "per-entity",
    entityTopicsMax: 10,
    git: { location: folder, branch: "main", stateFolder: folder },
    snapshotFolder: join(folder, "snapshots"),
    logLevel: "silent",
    onStatus: () => {},
    onBug: (error) => bugs.push(error),
    ...change,
  });
}

test("a thread that can not load says so, and is closed like any other", hang, async () => {
  const forThread: EmbeddedLog["forThread"] = () => {
    return { ...log.forThread(), path: join(folder, "missing") };
  };
  const started = threads({ log: Object.assign(Object.create(log) as EmbeddedLog, { forThread }) });
  await expect(started.begin()).rejects.toThrow(/unable to open/u);
  await started.close();
  expect(bugs).toHaveLength(1);
});

test("a thread that fails at work is told once, and is closed like any other", hang, async () => {
  const started = threads({ logLevel: "no level" });
  await started.begin();
  await expect.poll(() => bugs.length, hang).toBe(1);
  await started.close();
  expect(bugs).toEqual([expect.objectContaining({ message: expect.stringContaining("level") })]);
});

test("a thread that is closed before it has loaded ends", hang, async () => {
  const started = threads();
  await started.close();
  expect(bugs).toEqual([]);
});
