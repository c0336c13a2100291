import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel, type KafkaConfig } from "kafkajs";
import { expect, test } from "vitest";
import { startApacheKafka } from "./apache-kafka.ts";
import { brokerCertificates } from "./broker-certificates.ts";
import { KAFKA_USER, saslOf, type Security } from "./broker-security.ts";
import { describeWithOwnKafka } from "./describe-with-kafka.ts";
import { KAFKA_VERSION, KAFKA_VERSION_OLD } from "./kafka-jars.ts";

const TOPIC = "secrets";

const RETRIES_OF_THE_REFUSED = 1;

/** Makes a topic, writes to it and reads it back. */
async function roundTrip(client: KafkaConfig): Promise<string | undefined> {
  const kafka = new Kafka({ ...client, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: "readers", maxWaitTimeInMs: 100 });
  try {
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC }] });
    await producer.connect();
    await producer.send({ topic: TOPIC, messages: [{ value: "one" }] });
    await consumer.connect();
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    return await new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      const eachMessage = ({ message }: { message: { value: Buffer | null } }): Promise<void> =>
        Promise.resolve(resolve(message.value?.toString()));
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()]);
  }
}

/** Asks for the topics, as somebody whom the broker is to refuse. */
async function askAtTheDoor(client: KafkaConfig): Promise<readonly string[]> {
  const retry = { retries: RETRIES_OF_THE_REFUSED };
  const admin = new Kafka({ ...client, logLevel: logLevel.NOTHING, retry }).admin();
  try {
    await admin.connect();
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

const wrong = { username: KAFKA_USER.username, password: "guessed" };

describeWithOwnKafka("a broker that demands", () => {
  test.each<[Security, string]>([
    ["sasl-plain", KAFKA_VERSION],
    ["sasl-scram", KAFKA_VERSION],
    ["tls", KAFKA_VERSION],
    ["mutual-tls", KAFKA_VERSION],
    ["sasl-tls", KAFKA_VERSION],
    ["sasl-tls", KAFKA_VERSION_OLD],
  ])("%s lets its client in, and nobody who brings nothing (%s)", async (security, version) => {
    await using broker = await startApacheKafka({ security, version });
    expect(await roundTrip(broker.client)).toBe("one");
    const { brokers } = broker.client;
    await expect(askAtTheDoor({ brokers })).rejects.toThrow();
  });

  test("a password takes the right one, by PLAIN and by SCRAM, with and without encryption", async () => {
    await using broker = await startApacheKafka({ security: "sasl-tls" });
    const { client } = broker;
    for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const) {
      expect(await roundTrip({ ...client, sasl: saslOf(mechanism) })).toBe("one");
    }
    for (const sasl of [
      { mechanism: "plain", ...wrong } as const,
      { mechanism: "scram-sha-256", ...wrong } as const,
      { mechanism: "scram-sha-512", ...wrong } as const,
    ]) {
      await expect(askAtTheDoor({ ...client, sasl })).rejects.toThrow(/authentication|invalid/i);
    }
    const { brokers, sasl } = client;
    await expect(askAtTheDoor({ brokers, ...(sasl && { sasl }) })).rejects.toThrow();
  });

  test("SCRAM knows both lengths and no PLAIN", async () => {
    await using broker = await startApacheKafka({ security: "sasl-scram" });
    const { brokers } = broker.client;
    expect(await roundTrip({ brokers, sasl: saslOf("SCRAM-SHA-256") })).toBe("one");
    expect(await roundTrip({ brokers, sasl: saslOf("SCRAM-SHA-512") })).toBe("one");
    await expect(askAtTheDoor({ brokers, sasl: saslOf("PLAIN") })).rejects.toThrow();
  });

  test("certificates trusts and is trusted by its own authority only, also after a new start", async () => {
    const strangers = mkdtempSync(join(tmpdir(), "titan-test-"));
    try {
      const strange = await brokerCertificates(strangers);
      await using broker = await startApacheKafka({ security: "mutual-tls" });
      const { brokers, ssl } = broker.client;
      if (typeof ssl !== "object") throw new Error("a client of TLS has settings of TLS");
      const { ca, cert, key } = ssl;
      await broker.stop();
      await broker.start();
      expect(await roundTrip({ brokers, ssl: { ca, cert, key } })).toBe("one");
      await expect(askAtTheDoor({ brokers, ssl: { ca } })).rejects.toThrow();
      await expect(askAtTheDoor({ brokers, ssl: { ...ssl, ca: [strange.ca] } })).rejects.toThrow(
        /certificate/,
      );
      const { clientCertificate, clientKey } = strange;
      await expect(
        askAtTheDoor({ brokers, ssl: { ca, cert: clientCertificate, key: clientKey } }),
      ).rejects.toThrow();
    } finally {
      rmSync(strangers, { recursive: true });
    }
  });
});
