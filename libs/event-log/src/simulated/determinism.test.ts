import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { record, topicSpec } from "../testing/event-log-harness.ts";
import { createSimulatedLog } from "./create-simulated-log.ts";
import { FAULT_NAMES, type FaultCounts } from "./faults.ts";
import { integerBelow, seededRandom } from "./seeded-random.ts";
import { SeededScheduler } from "./seeded-scheduler.ts";

interface History {
  readonly hash: string;
  readonly counts: FaultCounts;
  /** What a reader was given and what the log holds afterwards agree, per partition. */
  readonly isConsistent: boolean;
}

/** Five clients append, read, share, die and come back under every fault. */
async function play(seed: number): Promise<History> {
  const random = seededRandom(seed);
  const queue = new SeededScheduler(random);
  const faults = Object.fromEntries(FAULT_NAMES.map((name) => [name, 0.15]));
  const timing = { landMs: 20, answerMs: 20, deliverMs: 20, lateMs: 2_000, sessionMs: 300 };
  const log = createSimulatedLog({ random, scheduler: queue, faults, timing });
  const topic = topicSpec({ name: "t", partitions: 3, retention: { kind: "latest", lagMs: 0 } });
  await queue.settle(log.createTopics([topic]));
  const trace = createHash("sha256");
  const note = (...facts: readonly unknown[]): void => {
    trace.update(`${queue.now()} ${JSON.stringify(facts)}\n`);
  };
  const seen = new Map<string, string>();
  let isConsistent = true;
  const decoder = new TextDecoder();
  const startClient = (name: string): void => {
    const client = log.client(name);
    for (const partition of [0, 1, 2]) {
      client.subscribe({ topic: topic.name, partition, from: 0 }, ({ records, next }) => {
        note(
          name,
          partition,
          records.map(({ offset }) => offset),
          next,
        );
        for (const { offset, value } of records) {
          const at = `${partition}@${offset}`;
          const text = decoder.decode(value);
          isConsistent &&= (seen.get(at) ?? text) === text;
          seen.set(at, text);
        }
      });
    }
    client.share("group", 3, {
      assigned: (partitions) => note(name, "assigned", partitions),
      revoked: (partitions) => note(name, "revoked", partitions),
    });
    const live = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        const batches = [0, 1, 2].slice(integerBelow(random, 3)).map((partition) => ({
          topic: topic.name,
          partition,
          records: ["a", "b", "c"].map((key) => record(key, `${name}-${round}-${key}`)),
        }));
        await client.append(batches).then(
          (offsets) => note(name, round, offsets),
          (error: unknown) => note(name, round, String(error)),
        );
      }
    };
    void live();
    if (random() < 0.5) {
      queue.after(random() * 500, () => {
        client.kill();
        if (queue.now() < END_OF_RESTARTS_MS) startClient(`${name}+`);
      });
    }
  };
  for (const name of ["v", "w", "x", "y", "z"]) startClient(name);
  await queue.runUntilQuiet(100_000);
  for (const partition of [0, 1, 2]) {
    for (const { offset, value } of log.peek(topic.name, partition)) {
      note(partition, offset, decoder.decode(value));
      isConsistent &&= seen.get(`${partition}@${offset}`) === decoder.decode(value);
    }
  }
  return { hash: trace.digest("hex"), counts: log.faultCounts(), isConsistent };
}

const END_OF_RESTARTS_MS = Date.UTC(2026, 0, 1) + 2_000;

test("the same seed gives the same history, to the byte", async () => {
  const [first, again, other] = [await play(11), await play(11), await play(12)];
  expect(again).toEqual(first);
  expect(other.hash).not.toBe(first.hash);
});

test("every fault happens, and all readers agree on every offset", async () => {
  const happened = new Set<string>();
  for (let seed = 1; seed <= 10; seed += 1) {
    const { counts, isConsistent } = await play(seed);
    expect(isConsistent).toBe(true);
    for (const name of FAULT_NAMES) if (counts[name] > 0) happened.add(name);
  }
  expect(happened).toEqual(new Set(FAULT_NAMES));
});
