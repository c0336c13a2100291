import type { EventLog } from "@titan/event-log";

const MS_PER_S = 1_000;
const RAW_BATCH = 5_000;
const RAW_BYTES = 300;

/** Records a second that the log takes by itself, the yardstick of what is written. */
export async function rawAppends(log: EventLog, count: number): Promise<number> {
  const topic = "yardstick";
  const retention = { kind: "forever" } as const;
  await log.createTopics([{ name: topic, partitions: 1, retention, durability: "rebuildable" }]);
  const value = new Uint8Array(RAW_BYTES);
  const records = Array.from({ length: RAW_BATCH }, (_, at) => ({ key: `key ${at}`, value }));
  const appended = Math.max(RAW_BATCH, Math.min(count, 20 * RAW_BATCH));
  const startedAt = performance.now();
  for (let at = 0; at < appended; at += RAW_BATCH) {
    await log.append([{ topic, partition: 0, records }]);
  }
  return perSecond(appended, startedAt);
}

/** Records a second that the log gives by itself. */
export async function rawReads(log: EventLog, topic: string): Promise<number> {
  const startedAt = performance.now();
  return perSecond(await count(log, topic), startedAt);
}

/** The records of a topic of one partition. */
export async function count(log: EventLog, topic: string): Promise<number> {
  const { end } = await log.bounds(topic, 0);
  if (end === 0) return 0;
  let records = 0;
  await new Promise<void>((resolve, reject) => {
    const subscription = log.subscribe(
      { topic, partition: 0, from: 0 },
      (batch) => {
        records += batch.records.length;
        if (batch.next >= end) resolve(subscription.close());
      },
      { onError: reject },
    );
  });
  return records;
}

/** `startedAt` is a time of `performance`. */
export function perSecond(count: number, startedAt: number): number {
  return (count * MS_PER_S) / (performance.now() - startedAt);
}
