import { randomUUID } from "node:crypto";
import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Kafka, logLevel, type KafkaMessage } from "kafkajs";
import { commitOfJson, nounOfJson } from "./noun-of-json.ts";
import {
  NOUN_TOPICS,
  type CommitRecord,
  type NounRecord,
  type ReadTopics,
} from "./topic-record.ts";

const CHANGE_TOPIC = "titan.change";
const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(NOUN_TOPICS).map(([kind, topic]) => [topic, kind]),
);
/** The longest that the broker lets a fetch wait for more. */
const FETCH_WAIT_MS = 50;

interface Found {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** What the topics hold, by the public consumer of kafkajs and Confluent's client of a schema registry. */
export async function kafkaTopics(brokers: string, registryUrl: string): Promise<ReadTopics> {
  const registry = new SchemaRegistry({ host: registryUrl });
  const commits: CommitRecord[] = [];
  const nouns: NounRecord[] = [];
  for (const { topic, partition, message } of await allOf(brokers)) {
    const value: unknown = await registry.decode(message.value ?? Buffer.alloc(0));
    const offset = Number(message.offset);
    const kind = KINDS.get(topic);
    if (kind === undefined) commits.push(commitOfJson(offset, value));
    else nouns.push(nounOfJson({ topic, partition, offset }, kind, String(message.key), value));
  }
  return { commits, nouns };
}

/** Every record of the topics, up to the ends that they have now. */
async function allOf(brokers: string): Promise<readonly Found[]> {
  const topics = [CHANGE_TOPIC, ...KINDS.keys()];
  const kafka = new Kafka({ brokers: [brokers], clientId: "checker", logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const groupId = `checker-${randomUUID()}`;
  const left = new Map<string, number>();
  for (const topic of topics) {
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
      if (high !== low) left.set(`${topic} ${partition}`, Number(high));
    }
  }
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: FETCH_WAIT_MS });
  const found: Found[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on("consumer.crash", ({ payload }) => reject(payload.error));
      void consumer.run({
        eachMessage: ({ topic, partition, message }) => {
          found.push({ topic, partition, message });
          const id = `${topic} ${partition}`;
          if (Number(message.offset) + 1 >= (left.get(id) ?? Infinity)) left.delete(id);
          if (left.size === 0) resolve();
          return Promise.resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => {});
    await admin.disconnect();
  }
  return found;
}
