import { setTimeout as sleep } from "node:timers/promises";
import type { EventLog } from "@titan/event-log";
import { encode, nounHash } from "@titan/schema-codec";
import { Kafka, logLevel } from "kafkajs";
import { percentile, type Figures, type Yardstick } from "../figure.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { kafkaTool } from "./kafka-tool.ts";
import type { KafkaSize } from "./kafka-size.ts";

const MS_PER_S = 1_000;
const BATCH = 1_000;
const ROUNDS = 300;
const WARM_UP = 20;
const PAUSE_MS = 5;

/** What Titan's figures are held against, taken in the same run. */
export interface Yardsticks {
  /** Records a second of kafkajs's own producer, a thousand to a batch, one batch at a time. */
  readonly kafkajsPerSecond: number;
  /** Records a second that our adapter reads. */
  readonly readPerSecond: number;
  /** One record at a time. */
  readonly acknowledged: Single;
  readonly seen: Single;
}

/** Milliseconds; by their part. */
interface Single {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
}

/** To print beside a time: an append until it is acknowledged, or until a reader has it. */
export function besideSingle({ name, p50, p99 }: Single, part: number): Yardstick {
  const value = part > 0.5 ? p99 : p50;
  return { name: `${name}, p${part > 0.5 ? 99 : 50}`, value, unit: "ms" };
}

/** What the broker, its own tools and kafkajs do on this machine with records like ours. */
export async function measureKafkaYardsticks(
  figures: Figures,
  { yardstickRecords: records }: KafkaSize,
  cluster: BenchCluster,
): Promise<Yardsticks> {
  await cluster.clear();
  const value = hostRecord();
  const log = cluster.log();
  const topic = "bench.tools";
  await log.createTopics(
    [topic, "bench.kafkajs", "bench.single"].map((name) => ({
      name,
      partitions: 1,
      retention: { kind: "forever" },
      durability: "rebuildable",
    })),
  );
  const sizes = { records, bytes: value.length };
  const produced = await kafkaTool("ProducerPerformance", {
    topic: [topic],
    "num-records": [String(records)],
    "record-size": [String(value.length)],
    throughput: ["-1"],
    "producer-props": [`bootstrap.servers=${cluster.brokers}`, "acks=all"],
  });
  const name = "yardstick: Kafka's ProducerPerformance, acks=all";
  figures.add({ name, value: producedPerSecond(produced), unit: "per s", sizes });
  const consumed = await kafkaTool("ConsumerPerformance", {
    "bootstrap-server": [cluster.brokers],
    topic: [topic],
    messages: [String(records)],
    "hide-header": [],
  });
  figures.add({
    name: "yardstick: Kafka's ConsumerPerformance, fetching",
    value: fetchedPerSecond(consumed),
    unit: "per s",
    sizes,
  });
  const read = await readPerSecond(log, topic, records);
  figures.add({ name: "  the same records read by our adapter", value: read, unit: "per s" });
  const kafkajsPerSecond = await kafkajsRate(cluster.brokers, value, records);
  figures.add({
    name: "yardstick: kafkajs's producer, acks=all",
    value: kafkajsPerSecond,
    unit: "per s",
    sizes: { ...sizes, "a batch": BATCH },
  });
  const appended = await appendedPerSecond(log, value, records);
  figures.add({ name: "  the same by our adapter", value: appended, unit: "per s" });
  const singles = await measureSingle(figures, log, value);
  await log.close();
  return { kafkajsPerSecond, readPerSecond: read, ...singles };
}

/** A host with six labels, as the feed publishes it. */
export function hostRecord(): Uint8Array {
  const labels = Object.fromEntries(
    ["name", "site", "platform", "region", "group", "owner"].map((label, at) => [
      label,
      `${label}-${at}`,
    ]),
  );
  const current = {
    workspace: "default",
    name: "h123456",
    labels,
    createdRevision: 1,
    description: "",
  };
  return Buffer.from(
    encode("host", {
      revision: 123_456,
      index: 0,
      op: "UPDATE",
      previous: null,
      current,
      hash: nounHash("host", "default/h123456", 123_456, current),
      changeId: "0f8fad5b-d9cb-469f-a165-70867728950e",
      actor: "bench",
      reason: "",
      occurredAt: 1_790_000_000_000,
      causes: [],
      processorVersion: 0,
    }),
  );
}

async function kafkajsRate(brokers: string, value: Uint8Array, count: number): Promise<number> {
  const kafka = new Kafka({
    clientId: "bench-kafkajs",
    brokers: brokers.split(","),
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = Array.from({ length: BATCH }, (_, at) => ({
    key: `default/h${at}`,
    value: Buffer.from(value),
  }));
  const send = (): Promise<unknown> =>
    producer.send({ topic: "bench.kafkajs", messages, acks: -1 });
  await send();
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += BATCH) await send();
  const rate = count / ((performance.now() - startedAt) / MS_PER_S);
  await producer.disconnect();
  return rate;
}

async function appendedPerSecond(log: EventLog, value: Uint8Array, count: number): Promise<number> {
  const records = Array.from({ length: BATCH }, (_, at) => ({ key: `default/h${at}`, value }));
  const append = (): Promise<unknown> =>
    log.append([{ topic: "bench.kafkajs", partition: 0, records }]);
  await append();
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += BATCH) await append();
  return count / ((performance.now() - startedAt) / MS_PER_S);
}

async function readPerSecond(log: EventLog, topic: string, count: number): Promise<number> {
  const startedAt = performance.now();
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    const subscription = log.subscribe(
      { topic, partition: 0, from: 0 },
      ({ records }) => {
        read += records.length;
        if (read < count) return;
        resolve();
        void subscription.close();
      },
      { onError: reject },
    );
  });
  return count / ((performance.now() - startedAt) / MS_PER_S);
}

/** One record at a time: until it is acknowledged, and until a reader has it. */
async function measureSingle(
  figures: Figures,
  log: EventLog,
  value: Uint8Array,
): Promise<Pick<Yardsticks, "acknowledged" | "seen">> {
  const topic = "bench.single";
  const arrived: number[] = [];
  const subscription = log.subscribe({ topic, partition: 0, from: 0 }, ({ records }) => {
    for (const { offset } of records) arrived[offset] = performance.now();
  });
  const acknowledged: number[] = [];
  const seen: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    const startedAt = performance.now();
    const records = [{ key: "default/h1", value }];
    const [offset = 0] = await log.append([{ topic, partition: 0, records }]);
    const acknowledgedAt = performance.now();
    while (arrived[offset] === undefined) await sleep(1);
    if (round < WARM_UP) continue;
    acknowledged.push(acknowledgedAt - startedAt);
    seen.push((arrived[offset] ?? 0) - startedAt);
    await sleep(PAUSE_MS);
  }
  await subscription.close();
  const single = (name: string, values: readonly number[]): Single => {
    const [p50, p99] = [percentile(values, 0.5), percentile(values, 0.99)];
    figures.add({ name: `yardstick: ${name}, p50`, value: p50, unit: "ms" });
    figures.add({ name: `yardstick: ${name}, p99`, value: p99, unit: "ms" });
    return { name, p50, p99 };
  };
  return {
    acknowledged: single("one awaited append", acknowledged),
    seen: single("append to a reader that has it", seen),
  };
}

/** Its last line: `500000 records sent, 81234.5 records/sec (...), ...`. */
function producedPerSecond(output: string): number {
  const rates = [...output.matchAll(/records sent, ([\d.]+) records\/sec/g)];
  return numberIn(rates.at(-1)?.[1], output);
}

/** Comma-separated: start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s. */
function fetchedPerSecond(output: string): number {
  const line = output.split("\n").find((text) => /^\d{4}-\d\d-\d\d .*,/.test(text));
  return numberIn(line?.split(",").at(-1)?.trim(), output);
}

function numberIn(text: string | undefined, output: string): number {
  const value = Number(text);
  if (text !== undefined && Number.isFinite(value)) return value;
  throw new Error(`Kafka's tool printed something else:\n${output}`);
}
