import { Sandbox } from "../flows/sandbox.ts";
import type { BenchSize } from "./bench-size.ts";
import type { Figures } from "./figure.ts";
import { PlainLog } from "./plain-log.ts";

const LOOP_ROUNDS = 100_000_000;
const MS_PER_S = 1_000;

/** What this machine does without Titan, so that figures of two machines can be compared. */
export async function measureYardsticks(
  figures: Figures,
  { appends, batch }: BenchSize,
): Promise<void> {
  await using box = new Sandbox();
  await using log = await PlainLog.open(box.folder);
  const singly = (await log.appendMs(appends)).reduce((sum, ms) => sum + ms, 0) / MS_PER_S;
  figures.add({
    name: "yardstick: synced appends one by one",
    value: appends / singly,
    unit: "per s",
  });
  const batched = await log.writeS(appends, batch);
  const name = "yardstick: records appended in batches";
  figures.add({ name, value: appends / batched, unit: "per s", sizes: { "a batch": batch } });

  const loop = await secondsOf(() => {
    let sum = 0;
    for (let at = 0; at < LOOP_ROUNDS; at += 1) sum = (sum + at * 31) | 0;
    if (sum === 1) throw new Error("keeps the loop from being left out");
    return Promise.resolve();
  });
  figures.add({
    name: "yardstick: plain loop",
    value: loop * MS_PER_S,
    unit: "ms",
    sizes: { rounds: LOOP_ROUNDS },
  });
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / MS_PER_S;
}
