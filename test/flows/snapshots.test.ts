import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ApiLoad } from "../bench/api-load.ts";
import { hostObject, targetObject } from "../bench/fleet-objects.ts";
import { eventually } from "./eventually.ts";
import { Sandbox } from "./sandbox.ts";
import { whenReady, type TitanProcess } from "./titan-process.ts";

/** Enough that every view keeps what it holds. */
const HOSTS = 60_000;
const BATCH = 1_000;
const GROUPS = 20;
const EDITS = 40;
/** A task is kept at most once a minute. */
const KEPT_MAX_MS = 300_000;
const KEPT = ["deployment-fanout.snapshot", "replica-assignment.snapshot", "target-delta.snapshot"];

test("a fleet that was kept is what the log says, from the last, an older, or a damaged snapshot", async () => {
  await using box = new Sandbox();
  const up = async (): Promise<{ titan: TitanProcess; load: ApiLoad }> => {
    const where = ["--data", box.path("data"), "--port", "0"];
    const environment = { TITAN_LAYOUT: "sharded" };
    const titan = await whenReady(box.start(["up", "-o", "json", ...where], { environment }));
    return { titan, load: new ApiLoad(titan.api, titan.token) };
  };
  const first = await up();
  await first.load.apply(Array.from({ length: GROUPS }, (_, at) => targetObject(at)));
  for (let from = 0; from < HOSTS; from += BATCH) {
    await first.load.apply(Array.from({ length: BATCH }, (_, at) => hostObject(from + at, GROUPS)));
  }
  await first.load.caughtUp();
  const folder = (): string => {
    const [installation = ""] = readdirSync(box.path("data", "snapshots"));
    return box.path("data", "snapshots", installation);
  };
  let edit = 0;
  await eventually(
    "everything is kept",
    async () => {
      // A task that rests keeps itself when something moves it.
      await first.load.apply([hostObject(0, GROUPS, { edit: String((edit += 1)) })]);
      return String(readdirSync(folder())) === String(KEPT);
    },
    KEPT_MAX_MS,
  );
  const older = new Map(KEPT.map((name) => [name, readFileSync(join(folder(), name))]));

  const moveSome = async (load: ApiLoad): Promise<void> => {
    for (let at = 0; at < EDITS; at += 1) await load.apply([hostObject(at * 7 + edit, GROUPS - 1)]);
    edit += 1;
  };
  await moveSome(first.load);
  await first.titan.process.kill();

  const second = await up();
  await second.load.caughtUp();
  await box.titan("verify");
  await moveSome(second.load);
  await second.titan.process.kill();

  for (const [name, bytes] of older) writeFileSync(join(folder(), name), bytes);
  const third = await up();
  await third.load.caughtUp();
  await box.titan("verify");
  await third.titan.process.kill();

  for (const [name, bytes] of older) {
    const damaged = Buffer.from(bytes);
    const middle = damaged.length >> 1;
    damaged[middle] = (damaged[middle] ?? 0) ^ 1;
    writeFileSync(join(folder(), name), damaged);
  }
  const fourth = await up();
  await fourth.load.caughtUp();
  await box.titan("verify");
  expect(fourth.titan.process.stderr.match(/the snapshot is damaged/g)).toHaveLength(KEPT.length);
});
