import { expect, test } from "vitest";
import { type CurrentHarness, HANG_MS_MAX, numbered, topicSpec } from "./event-log-harness.ts";
import { follow, readAll, readValues } from "./follow.ts";

export function topicContract(current: CurrentHarness): void {
  const options = { timeout: HANG_MS_MAX };

  test("a topic that is made is listed with its partitions, sorted by name", options, async () => {
    const { log } = current();
    const one = topicSpec();
    const three = topicSpec({ partitions: 3 });
    await log.createTopics([one, three]);
    const names = [one.name, three.name].toSorted();
    const listed = (await log.topics()).filter(({ name }) => names.includes(name));
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect(listed).toContainEqual({ name: three.name, partitions: 3 });
  });

  test("making a topic again changes nothing in it", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    await log.append([{ topic: topic.name, partition: 0, records: numbered(2) }]);
    await log.createTopics([topic, topic]);
    expect(await readValues(log, topic.name)).toEqual(["0", "1"]);
  });

  test("another partition count is refused", options, async () => {
    const { log } = current();
    const topic = topicSpec({ partitions: 2 });
    await log.createTopics([topic]);
    await expect(log.createTopics([{ ...topic, partitions: 3 }])).rejects.toMatchObject({
      code: "partition-count-differs",
      outcome: "refused",
    });
    expect(await log.topics()).toContainEqual({ name: topic.name, partitions: 2 });
  });

  test("a new partition begins and ends at 0", options, async () => {
    const { log } = current();
    const topic = topicSpec({ partitions: 2 });
    await log.createTopics([topic]);
    expect(await log.bounds(topic.name, 1)).toEqual({ start: 0, end: 0 });
  });

  test("the end is where the next record goes, or before", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const batch = { topic: topic.name, partition: 0, records: numbered(3) };
    await log.append([batch]);
    const { start, end } = await log.bounds(topic.name, 0);
    const last = (await readAll(log, topic.name)).at(-1);
    const [next] = await log.append([batch]);
    expect(start).toBe(0);
    expect(end).toBeGreaterThan(last?.offset ?? Number.NaN);
    expect(next).toBeGreaterThanOrEqual(end);
  });

  test("bounds of what is not there are refused", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const refusal = { code: "unknown-topic", outcome: "refused" };
    await expect(log.bounds(topicSpec().name, 0)).rejects.toMatchObject(refusal);
    await expect(log.bounds(topic.name, 1)).rejects.toMatchObject(refusal);
  });

  test("a deleted topic is gone, and an unknown name is passed over", options, async () => {
    const { log } = current();
    const [topic, other] = [topicSpec(), topicSpec()];
    await log.createTopics([topic, other]);
    const batch = { topic: topic.name, partition: 0, records: numbered(3) };
    await log.append([batch]);
    await log.deleteTopics([topic.name, topicSpec().name]);
    const names = (await log.topics()).map(({ name }) => name);
    expect(names).not.toContain(topic.name);
    expect(names).toContain(other.name);
    await expect(log.append([batch])).rejects.toMatchObject({ code: "unknown-topic" });
  });

  test("a deleted topic that is made again is empty", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    await log.append([{ topic: topic.name, partition: 0, records: numbered(3) }]);
    await log.deleteTopics([topic.name]);
    await log.createTopics([topic]);
    expect(await log.bounds(topic.name, 0)).toEqual({ start: 0, end: 0 });
    await log.append([{ topic: topic.name, partition: 0, records: numbered(1, 7) }]);
    expect(await readValues(log, topic.name)).toEqual(["7"]);
  });

  test("who follows a topic learns that it was deleted", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const reader = follow(log, { topic: topic.name, partition: 0, from: 0 });
    await reader.until(() => reader.batches.length > 0);
    await log.deleteTopics([topic.name]);
    await expect(reader.until(() => false)).rejects.toMatchObject({ code: "unknown-topic" });
  });
}
