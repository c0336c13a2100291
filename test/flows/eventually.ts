import { setTimeout as sleep } from "node:timers/promises";

/** A test that hangs so long is broken; nothing is judged by time below this. */
const HANG_MS = 60_000;
const PAUSE_MS = 20;

/**
 * Resolves with what `look` answers as soon as that is neither false nor undefined. Errors of
 * `look` count as "not yet"; the last one is told when the condition never comes.
 */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  hangMs: number = HANG_MS,
): Promise<Exclude<Value, false | undefined>> {
  const deadline = Date.now() + hangMs;
  for (;;) {
    let last: unknown;
    try {
      last = await look();
      if (last !== false && last !== undefined) return last as Exclude<Value, false | undefined>;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`never came: ${what}`, { cause: last });
    await sleep(PAUSE_MS);
  }
}
