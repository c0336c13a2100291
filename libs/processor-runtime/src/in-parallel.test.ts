import { expect, test } from "vitest";
import { inParallel } from "./in-parallel.ts";

test("the answers are in the order of the items, whoever was first", async () => {
  const waits = [3, 1, 2];
  const answers = await inParallel(waits, 3, async (turns) => {
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    return turns * 10;
  });
  expect(answers).toEqual([30, 10, 20]);
  expect(await inParallel([], 3, () => Promise.resolve(1))).toEqual([]);
});

test("no more run at a time than were allowed, and all of them are run once", async () => {
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  const items = Array.from({ length: 20 }, (_, at) => at);
  await inParallel(items, 4, async (item) => {
    seen.push(item);
    most = Math.max(most, (running += 1));
    await new Promise(setImmediate);
    running -= 1;
  });
  expect(most).toBe(4);
  expect(seen).toEqual(items);
});

test("after a failure nothing new begins", async () => {
  const begun: number[] = [];
  const all = inParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    await new Promise(setImmediate);
    if (item === 1) throw new Error("one");
  });
  await expect(all).rejects.toThrow("one");
  await new Promise(setImmediate);
  expect(begun.length).toBeLessThan(5);
});
