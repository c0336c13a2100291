import { setTimeout as sleep } from "node:timers/promises";

const MS_PER_S = 1_000;
const TICK_MS = 2;

/**
 * Calls `submit` so often a second for so many seconds, whether the calls before have ended or
 * not, and resolves when all have. A call that the caller was late for is made up for at once.
 */
export async function steadyLoad(
  perSecond: number,
  seconds: number,
  submit: (at: number) => Promise<unknown>,
): Promise<void> {
  const count = Math.round(perSecond * seconds);
  const startedAt = performance.now();
  const calls: Promise<unknown>[] = [];
  let failure: unknown;
  while (calls.length < count) {
    const due = ((performance.now() - startedAt) / MS_PER_S) * perSecond;
    while (calls.length < Math.min(due, count)) {
      calls.push(submit(calls.length).catch((error: unknown) => (failure ??= error)));
    }
    if (failure !== undefined) throw failure;
    await sleep(TICK_MS);
  }
  await Promise.all(calls);
  if (failure !== undefined) throw failure;
}
