import { LogError, type AppendBatch, type EventLog, type LogErrorCode } from "@titan/event-log";
import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { appendPersistently } from "./persistent-append.ts";

const BATCH: AppendBatch = { topic: "t", partition: 0, records: [] };

/** A log that fails so many times before it takes the append. */
function failing(code: LogErrorCode, times: number): { log: EventLog; calls: AppendBatch[][] } {
  const calls: AppendBatch[][] = [];
  const append = (batches: readonly AppendBatch[]): Promise<readonly number[]> => {
    calls.push([...batches]);
    if (calls.length <= times) return Promise.reject(new LogError(code, "unknown", code));
    return Promise.resolve([41]);
  };
  return { log: { append } as unknown as EventLog, calls };
}

function patient(): { clock: Clock; slept: number[] } {
  const slept: number[] = [];
  const sleep = (durationMs: number): Promise<void> => {
    slept.push(durationMs);
    return Promise.resolve();
  };
  return { clock: { now: () => 0, sleep }, slept };
}

test.each(["not-acknowledged", "io-failed", "disk-full"] as const)(
  "after %s the same batches are appended again until they are acknowledged",
  async (code) => {
    const { log, calls } = failing(code, 4);
    const { clock, slept } = patient();
    const held: number[] = [];
    const base = await appendPersistently(log, [BATCH], clock, (error, attempt) => {
      expect(error.code).toBe(code);
      held.push(attempt);
    });
    expect(base).toEqual([41]);
    expect(calls).toEqual([[BATCH], [BATCH], [BATCH], [BATCH], [BATCH]]);
    expect(held).toEqual([1, 2, 3, 4]);
    expect(slept).toEqual([20, 40, 80, 160]);
  },
);

test("it never waits longer than five seconds", async () => {
  const { log } = failing("not-acknowledged", 30);
  const { clock, slept } = patient();
  await appendPersistently(log, [BATCH], clock);
  expect(Math.max(...slept)).toBe(5_000);
});

test.each([
  "closed",
  "corrupt",
  "newer-format",
  "in-use",
  "partition-count-differs",
  "record-too-large",
  "unknown-topic",
] as const)("%s is final: repeating could not help", async (code) => {
  const { log, calls } = failing(code, 1);
  await expect(appendPersistently(log, [BATCH], patient().clock)).rejects.toMatchObject({ code });
  expect(calls).toHaveLength(1);
});

test("what is no error of the log is not held back", async () => {
  const append = (): Promise<never> => Promise.reject(new TypeError("a bug"));
  const log = { append } as unknown as EventLog;
  await expect(appendPersistently(log, [BATCH], patient().clock)).rejects.toThrow("a bug");
});
