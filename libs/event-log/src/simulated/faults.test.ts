import { describe, expect, test } from "vitest";
import { numbered, topicSpec } from "../testing/event-log-harness.ts";
import { follow } from "../testing/follow.ts";
import { createSimulatedLog, type SimulatedLog } from "./create-simulated-log.ts";
import type { FaultChances, FaultName } from "./faults.ts";
import { seededRandom } from "./seeded-random.ts";
import { SeededScheduler } from "./seeded-scheduler.ts";

const TIMING = { landMs: 5, answerMs: 5, deliverMs: 5, lateMs: 1_000, sessionMs: 100 };

interface Fixture {
  readonly log: SimulatedLog;
  readonly queue: SeededScheduler;
  readonly topic: string;
}

async function fixture(faults: FaultChances, seed = 1): Promise<Fixture> {
  const random = seededRandom(seed);
  const queue = new SeededScheduler(random);
  const options = { random, scheduler: queue, timing: TIMING, faults };
  const log = createSimulatedLog(options);
  const spec = topicSpec({ name: "t", partitions: 2, retention: { kind: "latest", lagMs: 0 } });
  await queue.settle(log.createTopics([spec]));
  return { log, queue, topic: spec.name };
}

function values({ log, topic }: Fixture, partition = 0): string {
  const decoder = new TextDecoder();
  return log
    .peek(topic, partition)
    .map(({ value }) => decoder.decode(value))
    .join(" ");
}

/** Appends the values 0, 1, … and answers with how it ended. */
async function append({ log, queue, topic }: Fixture, count = 1): Promise<string> {
  const batch = { topic, partition: 0, records: numbered(count) };
  const settled = log.append([batch]).then(
    () => "acknowledged",
    (error: unknown) => JSON.stringify(error),
  );
  return queue.settle(settled);
}

const UNKNOWN = JSON.stringify({ code: "not-acknowledged", outcome: "unknown", name: "LogError" });

/** Runs seeds until something is seen that only the fault explains. */
async function someSeed(isSeen: (seed: number) => Promise<boolean>): Promise<void> {
  for (let seed = 1; seed <= 100; seed += 1) if (await isSeen(seed)) return;
  throw new Error("no seed shows it");
}

describe("appends", () => {
  test("without faults everything is acknowledged and there once", async () => {
    const made = await fixture({});
    expect(await append(made, 3)).toBe("acknowledged");
    await made.queue.runUntilQuiet();
    expect(values(made)).toBe("0 1 2");
    expect(new Set(Object.values(made.log.faultCounts()))).toEqual(new Set([0]));
  });

  /** For each fault: what is there when the writer is told, and what when all is quiet. */
  const outcomes: readonly (readonly [FaultName, string, string])[] = [
    ["lostAcknowledgement", "0 1", "0 1"],
    ["lostAppend", "", ""],
    ["duplicateLanding", "0 1", "0 1 0 1"],
    ["delayedLanding", "", "0 1"],
  ];
  for (const [fault, told, quiet] of outcomes) {
    test(`${fault}: not known to the writer, "${quiet}" in the end`, async () => {
      const made = await fixture({ [fault]: 1 });
      expect(await append(made, 2)).toBe(UNKNOWN);
      expect(values(made)).toBe(told);
      await made.queue.runUntilQuiet();
      expect(values(made)).toBe(quiet);
      expect(made.log.faultCounts()).toMatchObject({ [fault]: 1 });
    });
  }

  test("splitBatch: a part lands, the rest later or never", async () => {
    const ends = new Set<string>();
    await someSeed(async (seed) => {
      const made = await fixture({ splitBatch: 1 }, seed);
      expect(await append(made, 3)).toBe(UNKNOWN);
      expect(["0", "0 1"]).toContain(values(made));
      await made.queue.runUntilQuiet();
      ends.add(values(made));
      return ends.size === 3;
    });
    expect(ends).toEqual(new Set(["0", "0 1", "0 1 2"]));
  });

  test("appendInParts: others write in the midst of a batch, and its writer learns of no offset", async () => {
    await someSeed(async (seed) => {
      const made = await fixture({ appendInParts: 1 }, seed);
      const batch = { topic: made.topic, partition: 0, records: numbered(3) };
      const other = made.log.client("another").append([{ ...batch, records: numbered(1, 9) }]);
      const [[offset]] = await made.queue.settle(Promise.all([made.log.append([batch]), other]));
      const shown = values(made);
      const isWhole = shown.includes("0 1 2");
      expect(shown.replace(/ ?9 ?/u, " ").trim()).toBe("0 1 2");
      expect(offset === undefined).toBe(!isWhole);
      return !isWhole;
    });
  });

  test("reorderedPartitions: a later batch of an append lands before an earlier", async () => {
    await someSeed(async (seed) => {
      const made = await fixture({ reorderedPartitions: 1 }, seed);
      const batches = [0, 1].map((partition) => {
        return { topic: made.topic, partition, records: numbered(1) };
      });
      const done = made.log.append(batches);
      let isSeen = false;
      while (await made.queue.step()) isSeen ||= values(made, 1) !== "" && values(made, 0) === "";
      await done;
      return isSeen;
    });
  });

  test("offsetGap: offsets are passed over", async () => {
    const made = await fixture({ offsetGap: 1 });
    await append(made, 2);
    await append(made, 2);
    const offsets = made.log.peek(made.topic, 0).map(({ offset }) => offset);
    expect(offsets[0]).toBeGreaterThan(0);
    expect(offsets[2]).toBeGreaterThan((offsets[1] ?? 0) + 1);
  });

  test("compaction: an older record of a key goes away by itself", async () => {
    await someSeed(async (seed) => {
      const made = await fixture({ compaction: 1 }, seed);
      await append(made, 1);
      await append(made, 1);
      expect(made.log.faultCounts().compaction).toBe(2);
      expect(made.log.peek(made.topic, 0).at(-1)?.offset).toBe(1);
      return made.log.peek(made.topic, 0).length === 1;
    });
  });
});

describe("a client that is killed", () => {
  test("landingAfterDeath: what it had in flight lands, and it never learns", async () => {
    const made = await fixture({ landingAfterDeath: 1 });
    const client = made.log.client("victim");
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    const batch = { topic: made.topic, partition: 0, records: numbered(2) };
    client.append([batch]).then(settled, settled);
    client.kill();
    expect(values(made)).toBe("");
    await made.queue.runUntilQuiet();
    expect(values(made)).toBe("0 1");
    expect(isSettled).toBe(false);
    expect(made.log.faultCounts().landingAfterDeath).toBe(1);
  });

  test("what landed before it died is there, and it never learns", async () => {
    const made = await fixture({});
    const client = made.log.client("victim");
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    const batch = { topic: made.topic, partition: 0, records: numbered(1) };
    client.append([batch]).then(settled, settled);
    while (values(made) === "") await made.queue.step();
    client.kill();
    await made.queue.runUntilQuiet();
    expect([values(made), isSettled]).toEqual(["0", false]);
  });

  test("without the fault it is lost; no callback comes, and calls do nothing", async () => {
    const made = await fixture({});
    const client = made.log.client("victim");
    const batch = { topic: made.topic, partition: 0, records: numbered(1) };
    let calls = 0;
    client.subscribe({ topic: made.topic, partition: 0, from: 0 }, () => void (calls += 1));
    void client.append([batch]);
    client.kill();
    void client.append([batch]);
    client.subscribe({ topic: made.topic, partition: 0, from: 0 }, () => void (calls += 1));
    void client.createTopics([topicSpec({ name: "never" })]);
    await append(made, 2);
    await made.queue.runUntilQuiet();
    expect(values(made)).toBe("0 1");
    expect(calls).toBe(0);
    expect(await made.queue.settle(made.log.topics())).toHaveLength(1);
    await client.close();
  });

  test("its partitions go to those who are left, and it is told nothing", async () => {
    const { log, queue } = await fixture({});
    const victim = log.client("victim");
    const [first, second] = holders();
    victim.share("group", 4, first);
    log.share("group", 4, second);
    await queue.runUntilQuiet();
    expect([first.partitions.size, second.partitions.size]).toEqual([2, 2]);
    victim.kill();
    await queue.runUntilQuiet();
    expect([first.partitions.size, second.partitions.size]).toEqual([2, 4]);
  });
});

test("staleDelivery: a reader sees less than there is, and all of it in the end", async () => {
  const made = await fixture({ staleDelivery: 0.9 });
  await append(made, 50);
  const reader = follow(made.log, { topic: made.topic, partition: 0, from: 0 });
  await made.queue.settle(reader.until(() => reader.batches.length > 0));
  expect(reader.next).toBeLessThan(50);
  expect(await made.queue.settle(made.log.bounds(made.topic, 0))).toEqual({ start: 0, end: 50 });
  await made.queue.runUntilQuiet();
  expect(reader.records).toEqual(made.log.peek(made.topic, 0));
  expect(made.log.faultCounts().staleDelivery).toBeGreaterThan(0);
});

for (const fault of ["severalOwners", "lateRevocation"] as const) {
  test(`${fault}: two hold one partition; healed, nobody shares any more`, async () => {
    // How late is chance: some late revocations come before the new owner is told.
    await someSeed(async (seed) => {
      const { log, queue } = await fixture({ [fault]: 1 }, seed);
      const [first, second] = holders();
      log.share("group", 4, first);
      await queue.runUntilQuiet();
      log.client("second").share("group", 4, second);
      let isShared = false;
      while (await queue.step()) {
        isShared ||= first.partitions.intersection(second.partitions).size > 0;
      }
      expect(log.faultCounts()[fault]).toBeGreaterThan(0);
      log.heal();
      await queue.runUntilQuiet();
      expect([first.partitions, second.partitions]).toEqual([new Set([0, 2]), new Set([1, 3])]);
      return isShared;
    });
  });
}

test("after `heal` no fault begins, and what is late still comes", async () => {
  const made = await fixture({ delayedLanding: 1 });
  await append(made, 1);
  made.log.heal();
  const counts = made.log.faultCounts();
  expect(await append(made, 2)).toBe("acknowledged");
  expect(values(made)).toBe("0 1");
  await made.queue.runUntilQuiet();
  expect(values(made)).toBe("0 1 0");
  expect(made.log.faultCounts()).toEqual(counts);
});

interface Holder {
  readonly partitions: Set<number>;
  assigned(partitions: readonly number[]): void;
  revoked(partitions: readonly number[]): void;
}

function holders(): readonly [Holder, Holder] {
  const make = (): Holder => {
    const partitions = new Set<number>();
    return {
      partitions,
      assigned: (gained) => gained.forEach((partition) => partitions.add(partition)),
      revoked: (lost) => lost.forEach((partition) => partitions.delete(partition)),
    };
  };
  return [make(), make()];
}
