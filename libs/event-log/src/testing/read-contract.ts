import { expect, test } from "vitest";
import type { ReadBatch } from "../event-log.ts";
import { type CurrentHarness, HANG_MS_MAX, numbered, topicSpec } from "./event-log-harness.ts";
import { follow, readAll } from "./follow.ts";

export function readContract(current: CurrentHarness): void {
  const options = { timeout: HANG_MS_MAX };

  /** A topic with `count` records. */
  async function filled(count: number): Promise<string> {
    const { log } = current();
    const topic = topicSpec();
    await log.createTopics([topic]);
    if (count > 0) {
      await log.append([{ topic: topic.name, partition: 0, records: numbered(count) }]);
    }
    return topic.name;
  }

  function append(
    topic: string,
    from: number,
    count = 1,
  ): Promise<readonly (number | undefined)[]> {
    return current().log.append([{ topic, partition: 0, records: numbered(count, from) }]);
  }

  function countUp(count: number, from = 0): readonly string[] {
    return Array.from({ length: count }, (_, index) => String(from + index));
  }

  test("a reader gets what is there, then what comes, each once", options, async () => {
    const topic = await filled(20);
    const reader = follow(current().log, { topic, partition: 0, from: 0 });
    const appends = countUp(20, 20).map((value) => append(topic, Number(value)));
    await reader.until(() => reader.records.length >= 20);
    await Promise.all(appends);
    await append(topic, 40, 10);
    await reader.until(() => reader.records.length >= 50);
    await reader.close();
    expect(reader.values).toEqual(countUp(50));
  });

  test("a reader can begin at any position", options, async () => {
    const topic = await filled(10);
    const all = await readAll(current().log, topic);
    for (const [index, { offset }] of all.entries()) {
      const reader = follow(current().log, { topic, partition: 0, from: offset });
      await reader.until(() => reader.records.length >= all.length - index);
      await reader.close();
      expect(reader.records).toEqual(all.slice(index));
    }
  });

  test("`next` of any batch is where to go on", options, async () => {
    const topic = await filled(25);
    const { log } = current();
    const all = await readAll(log, topic);
    const { end } = await log.bounds(topic, 0);
    const found = [];
    let next = 0;
    while (next < end) {
      const reader = follow(log, { topic, partition: 0, from: next }, { maxRecords: 4 });
      await reader.until(() => reader.batches.length > 0);
      await reader.close();
      const first = reader.batches[0];
      found.push(...(first?.records ?? []));
      expect(first?.records.length).toBeLessThanOrEqual(4);
      next = first?.next ?? Number.NaN;
    }
    expect(found).toEqual(all);
  });

  test("the first call comes also when there is nothing to read", options, async () => {
    const topic = await filled(0);
    const reader = follow(current().log, { topic, partition: 0, from: 0 });
    await reader.until(() => reader.batches.length > 0);
    expect(reader.batches[0]).toEqual({ records: [], next: 0 });
    await append(topic, 0);
    await reader.until(() => reader.records.length > 0);
    await reader.close();
    expect(reader.values).toEqual(["0"]);
  });

  test("a reader at the end learns that it is there, then gets what comes", options, async () => {
    const topic = await filled(3);
    const { end } = await current().log.bounds(topic, 0);
    const reader = follow(current().log, { topic, partition: 0, from: end });
    await reader.until(() => reader.batches.length > 0);
    expect(reader.records).toEqual([]);
    expect(reader.next).toBeGreaterThanOrEqual(end);
    await append(topic, 3);
    await reader.until(() => reader.records.length > 0);
    await reader.close();
    expect(reader.values).toEqual(["3"]);
  });

  test("all readers see the same order, whatever they began with", options, async () => {
    const topic = await filled(5);
    const { log } = current();
    const readers = [follow(log, { topic, partition: 0, from: 0 })];
    const writers = ["a", "b", "c"].map(async (writer) => {
      for (let index = 0; index < 20; index += 1) {
        const value = new TextEncoder().encode(`${writer}${index}`);
        await log.append([{ topic, partition: 0, records: [{ key: writer, value }] }]);
        if (index === 10) readers.push(follow(log, { topic, partition: 0, from: 0 }));
      }
    });
    await Promise.all(writers);
    readers.push(follow(log, { topic, partition: 0, from: 0 }, { maxRecords: 7 }));
    for (const reader of readers) await reader.until(() => reader.records.length >= 65);
    await Promise.all(readers.map((reader) => reader.close()));
    const [first, ...others] = readers.map((reader) => reader.values);
    for (const other of others) expect(other).toEqual(first);
    const byA = first?.filter((value) => value.startsWith("a"));
    expect(byA).toEqual(countUp(20).map((index) => `a${index}`));
  });

  test("the next call waits for the promise of the last", options, async () => {
    const topic = await filled(30);
    let running = 0;
    let worst = 0;
    let seen = 0;
    const done = Promise.withResolvers<void>();
    const onBatch = async ({ records }: ReadBatch): Promise<void> => {
      running += 1;
      worst = Math.max(worst, running);
      seen += records.length;
      await append(topic, 100).catch(() => undefined);
      running -= 1;
      if (seen >= 33) done.resolve();
    };
    const at = { topic, partition: 0, from: 0 };
    const reader = current().log.subscribe(at, onBatch, { maxRecords: 10, onError: done.reject });
    await done.promise;
    await reader.close();
    expect(worst).toBe(1);
  });

  test("closing waits for the running call, and no other begins", options, async () => {
    const topic = await filled(5);
    const began = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    let calls = 0;
    let isEnded = false;
    const at = { topic, partition: 0, from: 0 };
    const reader = current().log.subscribe(
      at,
      async () => {
        calls += 1;
        began.resolve();
        await mayEnd.promise;
        isEnded = true;
      },
      { maxRecords: 1, onError: began.reject },
    );
    await began.promise;
    const closed = reader.close().then(() => isEnded);
    await append(topic, 5);
    mayEnd.resolve();
    expect(await closed).toBe(true);
    await append(topic, 6);
    await readAll(current().log, topic);
    expect(calls).toBe(1);
  });

  test("closing twice, or before anything came, is harmless", options, async () => {
    const topic = await filled(5);
    let calls = 0;
    const reader = current().log.subscribe({ topic, partition: 0, from: 0 }, () => {
      calls += 1;
    });
    await reader.close();
    await reader.close();
    const before = calls;
    await append(topic, 5);
    await readAll(current().log, topic);
    expect(calls).toBe(before);
  });

  test("a reader whose `onBatch` fails gets the reason once and no more", options, async () => {
    const topic = await filled(5);
    const errors: Error[] = [];
    const failed = Promise.withResolvers<void>();
    let calls = 0;
    const onBatch = async (): Promise<void> => {
      calls += 1;
      throw new Error("can not take it");
    };
    const onError = (error: Error): void => {
      errors.push(error);
      failed.resolve();
    };
    const at = { topic, partition: 0, from: 0 };
    const reader = current().log.subscribe(at, onBatch, { maxRecords: 1, onError });
    await failed.promise;
    await append(topic, 5);
    await readAll(current().log, topic);
    await reader.close();
    expect(errors.map(({ message }) => message)).toEqual(["can not take it"]);
    expect(calls).toBe(1);
  });

  test("a reader of an unknown topic gets the reason", options, async () => {
    const at = { topic: topicSpec().name, partition: 0, from: 0 };
    const error = await new Promise((resolve) => {
      current().log.subscribe(at, () => undefined, { onError: resolve });
    });
    expect(error).toMatchObject({ code: "unknown-topic" });
  });
}
