import { randomUUID } from "node:crypto";
import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { openLog, readLogConfig } from "@titan/processor-runtime/service";
import { decode, encode, schemaIdOf } from "@titan/schema-codec";
import { MemoryStore, startRegistryServer } from "@titan/schema-registry/testing";
import { Kafka, logLevel } from "kafkajs";
import { expect, onTestFinished, test } from "vitest";
import { describeWithKafka } from "../broker/describe-with-kafka.ts";

const MARK = { revision: 7, sum: 12n, count: 3 };
const silent = { warn: () => {} };

interface Read {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

describeWithKafka("a client that knows Kafka and nothing of Titan", (brokers) => {
  /** Our log as a service opens it, with a topic of its own. */
  async function opened(environment: Readonly<Record<string, string>> = {}) {
    const config = readLogConfig({ TITAN_LOG: `kafka:${brokers}`, ...environment });
    const log = await openLog(config, "test", silent);
    const topic = `plain-${randomUUID()}`;
    await log.createTopics([
      { name: topic, partitions: 1, retention: { kind: "forever" }, durability: "synced" },
    ]);
    onTestFinished(async () => {
      await log.deleteTopics([topic]);
      await log.close();
    });
    return { log, topic };
  }

  /** The first record of a topic, by the public consumer of kafkajs. */
  async function consumed(topic: string): Promise<Read> {
    const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    return new Promise((resolve) => {
      void consumer.run({
        eachMessage: ({ message }) => {
          const { key, value, headers = {} } = message;
          const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
          resolve({
            key: String(key),
            value: value ?? Buffer.alloc(0),
            headers: Object.fromEntries(texts) as Record<string, string>,
          });
          return Promise.resolve();
        },
      });
    });
  }

  test("reads a record of ours with the headers of a CloudEvent", async () => {
    const { log, topic } = await opened();
    const records = [{ key: "mark", value: encode("mark", MARK) }];
    await log.append([{ topic, partition: 0, records }]);
    const { key, value, headers } = await consumed(topic);
    expect(key).toBe("mark");
    expect(decode(value)).toEqual({ name: "mark", value: MARK });
    expect(headers).toEqual({
      ce_specversion: "1.0",
      ce_id: `${topic}/mark/7`,
      ce_source: `/titan/${topic}`,
      ce_type: "titan.mark",
      "content-type": "application/avro",
    });
  });

  test("and a registry of its own reads it by that registry's id, and writes what we read", async () => {
    const server = await startRegistryServer(new MemoryStore());
    onTestFinished(() => server.close());
    const { log, topic } = await opened({ TITAN_SCHEMA_REGISTRY: server.url });
    const ours = encode("mark", MARK);
    await log.append([{ topic, partition: 0, records: [{ key: "mark", value: ours }] }]);
    const { value } = await consumed(topic);
    const registry = new SchemaRegistry({ host: server.url });
    expect(schemaIdOf(value)).not.toBe(schemaIdOf(ours));
    expect(await registry.decode(value)).toMatchObject({ revision: 7, count: 3 });

    const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ key: "mark", value }] });
    await producer.disconnect();
    const found: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      log.subscribe(
        { topic, partition: 0, from: 0 },
        ({ records }) => {
          for (const record of records) found.push(decode(record.value));
          if (found.length === 2) resolve();
        },
        { onError: reject },
      );
    });
    expect(found).toEqual([
      { name: "mark", value: MARK },
      { name: "mark", value: MARK },
    ]);
  });
});
