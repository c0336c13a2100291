import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { OnShare } from "../event-log.ts";
import { HANG_MS_MAX } from "../testing/event-log-harness.ts";
import { LocalShares } from "./local-shares.ts";

const GROUP = "work";
const COUNT = 2;
/** Longer than those who join are waited for. */
const LATER_MS = 50;
const hang = { timeout: HANG_MS_MAX };

/** Takes what it is given, and lets go of it when `isFree` resolves. */
function worker(all: Set<number>, name: string, isFree: Promise<void> = Promise.resolve()) {
  const held = new Set<number>();
  const on: OnShare = {
    assigned: (numbers) => {
      for (const at of numbers) {
        held.add(at);
        if (all.has(at)) throw new Error(`${name} got ${at}, which another has`);
        all.add(at);
      }
    },
    revoked: async (numbers) => {
      await isFree;
      for (const at of numbers) {
        held.delete(at);
        all.delete(at);
      }
    },
  };
  return { on, held };
}

test("who joins while the last one is still letting go waits for that", async () => {
  const shares = new LocalShares();
  const all = new Set<number>();
  const free = Promise.withResolvers<void>();
  const [first, second] = [worker(all, "first", free.promise), worker(all, "second")];
  const left = shares.share(GROUP, COUNT, first.on);
  await expect.poll(() => first.held.size, hang).toBe(COUNT);
  const gone = left.close();
  shares.share(GROUP, COUNT, second.on);
  await sleep(LATER_MS);
  expect(second.held.size).toBe(0);
  free.resolve();
  await gone;
  await expect.poll(() => second.held.size, hang).toBe(COUNT);
  await shares.close();
  expect(all.size).toBe(0);
});

test("closing waits for who is still letting go", async () => {
  const shares = new LocalShares();
  const all = new Set<number>();
  const free = Promise.withResolvers<void>();
  const first = worker(all, "first", free.promise);
  const left = shares.share(GROUP, COUNT, first.on);
  await expect.poll(() => first.held.size, hang).toBe(COUNT);
  const gone = left.close();
  let isClosed = false;
  const closed = shares.close().then(() => (isClosed = true));
  await sleep(LATER_MS);
  expect(isClosed).toBe(false);
  free.resolve();
  await Promise.all([gone, closed]);
  expect(all.size).toBe(0);
});

test("those who come and go at once leave the work to those who stay", async () => {
  const shares = new LocalShares();
  const all = new Set<number>();
  const stays = worker(all, "stays");
  const passing = Array.from({ length: 5 }, (_, at) => worker(all, `passing ${at}`));
  const open = passing.map(({ on }) => shares.share(GROUP, COUNT, on));
  shares.share(GROUP, COUNT, stays.on);
  await Promise.all(open.map((share) => share.close()));
  await expect.poll(() => stays.held.size, hang).toBe(COUNT);
  await shares.close();
  expect(all.size).toBe(0);
});
