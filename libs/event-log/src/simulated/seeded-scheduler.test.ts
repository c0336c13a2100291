import { expect, test } from "vitest";
import { seededRandom } from "./seeded-random.ts";
import { SeededScheduler } from "./seeded-scheduler.ts";

function scheduler(seed = 1): SeededScheduler {
  return new SeededScheduler(seededRandom(seed), 1_000);
}

test("earlier tasks run first, and the clock is at their time", async () => {
  const queue = scheduler();
  const seen: [string, number][] = [];
  for (const delayMs of [30, 10, 20, 0]) {
    queue.after(delayMs, () => seen.push([`${delayMs}`, queue.now()]));
  }
  await queue.runUntilQuiet();
  expect(seen).toEqual([
    ["0", 1_000],
    ["10", 1_010],
    ["20", 1_020],
    ["30", 1_030],
  ]);
});

test("the seed orders what is due at once, the same way each time", async () => {
  const order = async (seed: number): Promise<string> => {
    const queue = scheduler(seed);
    let seen = "";
    for (const name of "abcdefgh") queue.after(5, () => void (seen += name));
    await queue.runUntilQuiet();
    return seen;
  };
  expect(await order(1)).toBe(await order(1));
  const orders = await Promise.all([1, 2, 3, 4].map(order));
  expect(new Set(orders).size).toBeGreaterThan(1);
});

test("promises settle between two tasks, however many turns they take", async () => {
  const queue = scheduler();
  const seen: string[] = [];
  queue.after(0, () => {
    const chain = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      seen.push("settled");
    };
    void chain();
  });
  queue.after(1, () => seen.push("next"));
  await queue.runUntilQuiet();
  expect(seen).toEqual(["settled", "next"]);
});

test("`runFor` stops at its end", async () => {
  const queue = scheduler();
  let runs = 0;
  const again = (): void => {
    runs += 1;
    queue.after(10, again);
  };
  queue.after(10, again);
  await queue.runFor(35);
  expect([runs, queue.now(), queue.waiting]).toEqual([3, 1_035, 1]);
});

test("what never gets quiet is an error, not a hang", async () => {
  const queue = scheduler();
  const again = (): void => queue.after(1, again);
  again();
  await expect(queue.runUntilQuiet(100)).rejects.toThrow("not quiet");
  await expect(queue.settle(new Promise(() => undefined), 100)).rejects.toThrow("pending");
});

test("`settle` answers as the promise does, and says when it can not", async () => {
  const queue = scheduler();
  const value = new Promise<string>((resolve) => queue.after(7, () => resolve("here")));
  expect(await queue.settle(value)).toBe("here");
  const error = new Promise<string>((_, reject) => queue.after(7, () => reject(new Error("no"))));
  await expect(queue.settle(error)).rejects.toThrow("no");
  await expect(queue.settle(new Promise(() => undefined))).rejects.toThrow("quiet");
});
