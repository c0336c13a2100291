import { expect, test } from "vitest";
import type { Retention } from "../event-log.ts";
import {
  type CurrentHarness,
  HANG_MS_MAX,
  numbered,
  record,
  topicSpec,
} from "./event-log-harness.ts";
import { follow, readAll, readValues } from "./follow.ts";

const HOUR_MS = 60 * 60 * 1_000;

export function retentionContract(current: CurrentHarness): void {
  const options = { timeout: HANG_MS_MAX };

  async function topicKept(retention: Retention): Promise<string> {
    const topic = topicSpec({ retention });
    await current().log.createTopics([topic]);
    return topic.name;
  }

  function append(
    topic: string,
    ...values: readonly string[]
  ): Promise<readonly (number | undefined)[]> {
    const records = values.map((value) => record(value.slice(0, 1), value));
    return current().log.append([{ topic, partition: 0, records }]);
  }

  test("`forever` keeps all of it", options, async (context) => {
    const { log, compact, advance } = current();
    if (compact === undefined) return context.skip("the harness can not compact");
    const topic = await topicKept({ kind: "forever" });
    await append(topic, "a1", "a2", "b1");
    advance?.(HOUR_MS);
    await compact();
    expect(await readValues(log, topic)).toEqual(["a1", "a2", "b1"]);
  });

  test("`latest` keeps the last of each key, at its offset", options, async (context) => {
    const { log, compact, advance } = current();
    if (compact === undefined) return context.skip("the harness can not compact");
    const topic = await topicKept({ kind: "latest", lagMs: 0 });
    await append(topic, "a1", "b1", "a2", "c1", "c2", "a3");
    const before = await readAll(log, topic);
    advance?.(1);
    await compact();
    const after = await readAll(log, topic);
    expect(after).toEqual([before[1], before[4], before[5]]);
    const { end } = await log.bounds(topic, 0);
    await append(topic, "b2");
    const last = (await readAll(log, topic)).at(-1);
    expect(last?.offset).toBeGreaterThanOrEqual(end);
  });

  test("`latest` keeps everything that is younger than its lag", options, async (context) => {
    const { log, compact, advance } = current();
    if (compact === undefined || advance === undefined) {
      return context.skip("the harness has no clock");
    }
    const topic = await topicKept({ kind: "latest", lagMs: HOUR_MS });
    await append(topic, "a1", "a2", "b1");
    advance(2 * HOUR_MS);
    await append(topic, "a3", "a4", "c1");
    await compact();
    const values = await readValues(log, topic);
    expect(values).not.toContain("a1");
    expect(values.filter((value) => value !== "a2")).toEqual(["b1", "a3", "a4", "c1"]);
  });

  test("`age` drops what is older and keeps what is younger", options, async (context) => {
    const { log, compact, advance } = current();
    if (compact === undefined || advance === undefined) {
      return context.skip("the harness has no clock");
    }
    const topic = await topicKept({ kind: "age", ageMs: HOUR_MS });
    await append(topic, "a1", "b1");
    advance(2 * HOUR_MS);
    await append(topic, "a2");
    await compact();
    expect(await readValues(log, topic)).toEqual(["a2"]);
    const [kept] = await readAll(log, topic);
    expect((await log.bounds(topic, 0)).start).toBeLessThanOrEqual(kept?.offset ?? Number.NaN);
  });

  test("a partition that lost all records goes on at its end", options, async (context) => {
    const { compact, advance, reopen } = current();
    let { log } = current();
    if (compact === undefined || advance === undefined) {
      return context.skip("the harness has no clock");
    }
    const topic = await topicKept({ kind: "age", ageMs: HOUR_MS });
    await append(topic, "a1", "b1", "c1");
    const { end } = await log.bounds(topic, 0);
    advance(2 * HOUR_MS);
    await compact();
    if (reopen !== undefined) log = await reopen();
    expect(await readAll(log, topic)).toEqual([]);
    expect((await log.bounds(topic, 0)).end).toBe(end);
    const [next] = await log.append([{ topic, partition: 0, records: numbered(1) }]);
    expect(next).toBeGreaterThanOrEqual(end);
  });

  test("a reader gets past what is gone with an empty batch", options, async (context) => {
    const { log, compact, advance } = current();
    if (compact === undefined || advance === undefined) {
      return context.skip("the harness has no clock");
    }
    const topic = await topicKept({ kind: "age", ageMs: HOUR_MS });
    await append(topic, "a1", "b1", "c1");
    advance(2 * HOUR_MS);
    await compact();
    const { end } = await log.bounds(topic, 0);
    const reader = follow(log, { topic, partition: 0, from: 0 });
    await reader.until(() => (reader.next ?? -1) >= end);
    expect(reader.records).toEqual([]);
    await append(topic, "d1");
    await reader.until(() => reader.records.length > 0);
    await reader.close();
    expect(reader.values).toEqual(["d1"]);
  });

  test("appends and readers go on during compaction", options, async (context) => {
    const { log, compact } = current();
    if (compact === undefined) return context.skip("the harness can not compact");
    const topic = await topicKept({ kind: "latest", lagMs: 0 });
    const reader = follow(log, { topic, partition: 0, from: 0 });
    const values = Array.from({ length: 300 }, (_, index) => `${index % 10}-${index}`);
    for (const value of values.slice(0, 200)) await append(topic, value);
    const compacted = compact();
    for (const value of values.slice(200)) await append(topic, value);
    await compacted;
    await reader.until(() => reader.values.at(-1) === values.at(-1));
    await reader.close();
    const offsets = reader.records.map(({ offset }) => offset);
    expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
    const left = await readValues(log, topic);
    for (const last of values.slice(-10)) expect(left).toContain(last);
    expect(left.slice(-10)).toEqual(values.slice(-10));
  });
}
