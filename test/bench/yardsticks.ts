import { openEmbeddedLog } from "@titan/event-log";
import { Sandbox } from "../flows/sandbox.ts";
import type { BenchSize } from "./bench-size.ts";
import type { Figures } from "./figure.ts";

const RECORD_BYTES = 500;
const LOOP_ROUNDS = 100_000_000;
const MS_PER_S = 1_000;

/** What this machine does without Titan, so that figures of two machines can be compared. */
export async function measureYardsticks(
  figures: Figures,
  { appends, batch }: BenchSize,
): Promise<void> {
  await using box = new Sandbox();
  const log = openEmbeddedLog({ path: box.path("log.sqlite"), compactEveryMs: 0 });
  const topic = "yardstick";
  const retention = { kind: "forever" } as const;
  await log.createTopics([{ name: topic, partitions: 1, retention, durability: "synced" }]);
  const record = { key: "k", value: new Uint8Array(RECORD_BYTES) };

  const singly = await secondsOf(async () => {
    for (let at = 0; at < appends; at += 1) {
      await log.append([{ topic, partition: 0, records: [record] }]);
    }
  });
  figures.add({
    name: "yardstick: synced appends one by one",
    value: appends / singly,
    unit: "per s",
  });
  const records = Array.from({ length: batch }, () => record);
  const batched = await secondsOf(async () => {
    for (let at = 0; at < appends; at += batch)
      await log.append([{ topic, partition: 0, records }]);
  });
  const name = "yardstick: records appended in batches";
  figures.add({ name, value: appends / batched, unit: "per s", sizes: { "a batch": batch } });
  await log.close();

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
