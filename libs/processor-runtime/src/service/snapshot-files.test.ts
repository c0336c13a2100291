import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { snapshotsIn } from "./snapshot-files.ts";
import type { Snapshots } from "../snapshots.ts";

const TASK = "target-delta/3";
const PIECES = [new Uint8Array([1, 2, 3]), new Uint8Array(5_000_000).fill(7), new Uint8Array()];

let folder: string;
let warnings: { readonly msg: string }[];
let snapshots: Snapshots;
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), "titan-snapshots-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  folder = join(root, "one");
  warnings = [];
  const logger = pino(
    { level: "warn" },
    { write: (line) => void warnings.push(JSON.parse(line) as { msg: string }) },
  );
  snapshots = snapshotsIn(root, { id: "one" }, logger);
});

const path = (): string => join(folder, "target-delta-3.snapshot");

test("what was written is read, the last time it was", async () => {
  expect(await snapshots.read(TASK)).toBeUndefined();
  await snapshots.write(TASK, [new Uint8Array([9])]);
  await snapshots.write(TASK, PIECES);
  const bytes = await snapshots.read(TASK);
  expect(Buffer.concat(PIECES).equals(Buffer.from(bytes ?? new ArrayBuffer()))).toBe(true);
  expect(await snapshots.read("target-delta/4")).toBeUndefined();
  expect(readdirSync(folder)).toEqual(["target-delta-3.snapshot"]);
  expect(warnings).toEqual([]);
});

test("what is forgotten is not read again, nor is it missed", async () => {
  await snapshots.write(TASK, PIECES);
  await snapshots.forget(TASK);
  await snapshots.forget(TASK);
  expect(await snapshots.read(TASK)).toBeUndefined();
  expect(warnings).toEqual([]);
});

test("nor is it when its file is still there, because it could not be removed", async () => {
  await snapshots.write(TASK, PIECES);
  const bytes = readFileSync(path());
  await snapshots.forget(TASK);
  writeFileSync(path(), bytes);
  expect(await snapshots.read(TASK)).toBeUndefined();
  await snapshots.write(TASK, [new Uint8Array([9])]);
  expect((await snapshots.read(TASK))?.byteLength).toBe(1);
});

test.for([0, 4_000_000, 5_000_003, 5_000_010, 5_000_022])(
  "a file with another byte at %i is not read, and goes",
  async (at) => {
    await snapshots.write(TASK, PIECES);
    const bytes = readFileSync(path());
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    writeFileSync(path(), bytes);
    expect(await snapshots.read(TASK)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    expect(warnings.map(({ msg }) => msg)).toEqual([
      "the snapshot is damaged: reading everything instead",
    ]);
  },
);

test.for([0, 10, 4_000_000, 5_000_022])(
  "a file that ends after %i bytes is not read",
  async (length) => {
    await snapshots.write(TASK, PIECES);
    truncateSync(path(), length);
    expect(await snapshots.read(TASK)).toBeUndefined();
  },
);

test("a folder that can not be written to is a warning, and what was there stays", async () => {
  await snapshots.write(TASK, PIECES);
  const broken = function* (): Generator<Uint8Array> {
    yield new Uint8Array([1]);
    throw new Error("no room");
  };
  await snapshots.write(TASK, broken());
  expect(warnings.map(({ msg }) => msg)).toEqual([
    "the snapshot can not be written: doing without",
  ]);
  expect((await snapshots.read(TASK))?.byteLength).toBe(5_000_003);
  expect(readdirSync(folder)).toEqual(["target-delta-3.snapshot"]);
});

test("what a process left that was killed while it wrote goes with the next", async () => {
  await snapshots.write(TASK, PIECES);
  writeFileSync(`${path()}.new`, Buffer.alloc(6_000_000));
  await snapshots.write(TASK, [new Uint8Array([9])]);
  expect((await snapshots.read(TASK))?.byteLength).toBe(1);
  expect(readdirSync(folder)).toEqual(["target-delta-3.snapshot"]);
});

test("no folder, no snapshots", async () => {
  const none = snapshotsIn("", { id: "one" }, pino({ level: "silent" }));
  await none.write(TASK, PIECES);
  expect(await none.read(TASK)).toBeUndefined();
  expect(none.isDue(TASK, 10_000_000, 1)).toBe(false);
});

test("it pays after fifty thousand records, in a large fleet after one for four keys, and now and then", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const fresh = snapshotsIn(join(folder, ".."), { id: "one" }, pino({ level: "silent" }));
  expect(fresh.isDue(TASK, 50_000, 200_000), "it has only begun").toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(fresh.isDue(TASK, 49_999, 10)).toBe(false);
  expect(fresh.isDue(TASK, 50_000, 200_000)).toBe(true);
  expect(fresh.isDue(TASK, 50_000, 200_004)).toBe(false);
  await fresh.write(TASK, PIECES);
  expect(fresh.isDue(TASK, 50_000, 200_000), "it was written a moment ago").toBe(false);
  expect(fresh.isDue("target-delta/4", 50_000, 200_000)).toBe(true);
});
