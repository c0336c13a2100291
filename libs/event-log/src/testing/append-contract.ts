import { expect, test } from "vitest";
import { type AppendRecord, RECORD_BYTES_MAX } from "../event-log.ts";
import {
  type CurrentHarness,
  HANG_MS_MAX,
  numbered,
  record,
  topicSpec,
} from "./event-log-harness.ts";
import { readAll, readValues } from "./follow.ts";

export function appendContract(current: CurrentHarness): void {
  const options = { timeout: HANG_MS_MAX };

  test("an append answers with the offset of each batch's first record", options, async () => {
    const { log } = current();
    const topic = topicSpec({ partitions: 2 });
    await log.createTopics([topic]);
    const batch = (partition: number, from: number) => {
      return { topic: topic.name, partition, records: numbered(3, from) };
    };
    const offsets = await log.append([batch(0, 0), batch(1, 10), batch(0, 3)]);
    const first = await readAll(log, topic.name, 0);
    const second = await readAll(log, topic.name, 1);
    expect(offsets).toEqual([first[0]?.offset, second[0]?.offset, first[3]?.offset]);
    expect(await readValues(log, topic.name, 0)).toEqual(["0", "1", "2", "3", "4", "5"]);
    expect(await readValues(log, topic.name, 1)).toEqual(["10", "11", "12"]);
  });

  test("offsets rise", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    for (let round = 0; round < 3; round += 1) {
      await log.append([{ topic: topic.name, partition: 0, records: numbered(4) }]);
    }
    const offsets = (await readAll(log, topic.name)).map(({ offset }) => offset);
    expect(offsets).toHaveLength(12);
    expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
  });

  test("appends that do not wait for each other keep the order of the calls", options, async () => {
    const { log } = current();
    const topic = topicSpec({ partitions: 2, durability: "synced" });
    await log.createTopics([topic]);
    const appends = Array.from({ length: 60 }, (_, index) => {
      const batch = { topic: topic.name, partition: index % 2, records: numbered(1, index) };
      return log.append([batch]);
    });
    await Promise.all(appends);
    const expected = Array.from({ length: 60 }, (_, index) => String(index));
    const even = expected.filter((value) => Number(value) % 2 === 0);
    expect(await readValues(log, topic.name, 0)).toEqual(even);
    expect(await readValues(log, topic.name, 1)).toEqual(
      expected.filter((value) => !even.includes(value)),
    );
  });

  test("what was acknowledged is there to be read", options, async () => {
    const { log } = current();
    const topic = topicSpec({ durability: "synced" });
    await log.createTopics([topic]);
    for (let round = 0; round < 5; round += 1) {
      await log.append([{ topic: topic.name, partition: 0, records: numbered(1, round) }]);
      expect(await readValues(log, topic.name)).toHaveLength(round + 1);
    }
  });

  test("keys and values come back as they were given", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const records = [
      { key: "", value: Uint8Array.of(0, 255, 128, 10) },
      { key: "default/tim-pi", value: new Uint8Array(0) },
      { key: "grün/𝒳", value: Uint8Array.from({ length: 70_000 }, (_, index) => index % 251) },
    ];
    await log.append([{ topic: topic.name, partition: 0, records }]);
    const found = await readAll(log, topic.name);
    expect(found.map(({ key }) => key)).toEqual(records.map(({ key }) => key));
    for (const [index, { value }] of found.entries()) {
      expect(Buffer.compare(value, records[index]?.value ?? Buffer.from("?"))).toBe(0);
    }
    for (const { timestampMs } of found) expect(timestampMs).toBeGreaterThan(0);
  });

  test("an append of nothing is an answer of nothing", options, async () => {
    expect(await current().log.append([])).toEqual([]);
  });

  test("an unknown topic is refused, and nothing of the append lands", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const known = { topic: topic.name, partition: 0, records: numbered(1) };
    const refusal = { code: "unknown-topic", outcome: "refused" };
    for (const unknown of [
      { ...known, topic: topicSpec().name },
      { ...known, partition: 1 },
    ]) {
      await expect(log.append([known, unknown])).rejects.toMatchObject(refusal);
    }
    expect(await readAll(log, topic.name)).toEqual([]);
  });

  test("a record of the largest size is taken, a larger one is refused", options, async () => {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    const largest = { key: "k", value: new Uint8Array(RECORD_BYTES_MAX - 1) };
    const larger = { key: "k", value: new Uint8Array(RECORD_BYTES_MAX) };
    const append = (...records: readonly AppendRecord[]) => {
      return log.append([{ topic: topic.name, partition: 0, records }]);
    };
    await expect(append(record("k", "small"), larger)).rejects.toMatchObject({
      code: "record-too-large",
      outcome: "refused",
    });
    await append(largest, largest);
    const sizes = (await readAll(log, topic.name)).map(({ value }) => value.length);
    expect(sizes).toEqual([RECORD_BYTES_MAX - 1, RECORD_BYTES_MAX - 1]);
  });
}
