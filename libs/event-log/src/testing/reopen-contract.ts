import { expect, test } from "vitest";
import { type CurrentHarness, HANG_MS_MAX, numbered, topicSpec } from "./event-log-harness.ts";
import { follow, readAll } from "./follow.ts";

export function reopenContract(current: CurrentHarness): void {
  const options = { timeout: HANG_MS_MAX };

  test("a closed log takes nothing any more", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    await log.close();
    await log.close();
    const batch = { topic: topic.name, partition: 0, records: numbered(1) };
    const refusal = { code: "closed", outcome: "refused" };
    await expect(log.append([batch])).rejects.toMatchObject(refusal);
    await expect(log.bounds(topic.name, 0)).rejects.toMatchObject(refusal);
    await expect(log.createTopics([topic])).rejects.toMatchObject(refusal);
  });

  test("closing the log ends its subscriptions and settles its appends", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const reader = follow(log, { topic: topic.name, partition: 0, from: 0 });
    await reader.until(() => reader.batches.length > 0);
    const appends = [1, 2, 3].map((index) => {
      return log.append([{ topic: topic.name, partition: 0, records: numbered(1, index) }]);
    });
    const [settled] = await Promise.all([Promise.allSettled(appends), log.close()]);
    const calls = reader.batches.length;
    expect(settled).toHaveLength(3);
    await reader.close();
    expect(reader.batches).toHaveLength(calls);
  });

  test("what was acknowledged is there after opening again", options, async (context) => {
    const { log, reopen } = current();
    if (reopen === undefined) return context.skip("the harness can not open again");
    const topic = topicSpec({ partitions: 2, durability: "synced" });
    await log.createTopics([topic]);
    await log.append([{ topic: topic.name, partition: 1, records: numbered(10) }]);
    const before = await readAll(log, topic.name, 1);
    const bounds = await log.bounds(topic.name, 1);
    const again = await reopen();
    expect(await readAll(again, topic.name, 1)).toEqual(before);
    expect(await again.bounds(topic.name, 1)).toEqual(bounds);
    expect(await again.topics()).toContainEqual({ name: topic.name, partitions: 2 });
  });

  test("offsets go on rising after opening again", options, async (context) => {
    const { log, reopen } = current();
    if (reopen === undefined) return context.skip("the harness can not open again");
    const topic = topicSpec();
    await log.createTopics([topic]);
    const batch = { topic: topic.name, partition: 0, records: numbered(3) };
    await log.append([batch]);
    const { end } = await log.bounds(topic.name, 0);
    const again = await reopen();
    const [offset] = await again.append([batch]);
    expect(offset).toBeGreaterThanOrEqual(end);
    expect(await readAll(again, topic.name)).toHaveLength(6);
  });
}
