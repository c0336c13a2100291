import { randomUUID } from "node:crypto";
import { openKafkaLog, reachKafka, type KafkaOptions } from "@titan/event-log";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { KAFKA_USER, type Security } from "../broker/broker-security.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import type { KafkaProcess } from "../broker/kafka-process.ts";

type Sasl = NonNullable<KafkaOptions["sasl"]>;

const HANG_MS = 60_000;
const SOON_MS = 500;

/** What the adapter needs to be let in, as an operator would say it. */
function optionsFor(kafka: KafkaProcess, mechanism?: Sasl["mechanism"]): KafkaOptions {
  const { ssl } = kafka.client;
  return {
    brokers: [kafka.brokers],
    clientId: "security",
    ...(mechanism === undefined ? {} : { sasl: { mechanism, ...KAFKA_USER } }),
    ...(ssl === undefined || ssl === true || ssl === false ? {} : { tls: ssl as object }),
  };
}

/** Makes a topic, appends, reads it back, and takes part in a group: every kind of connection. */
async function works(options: KafkaOptions): Promise<void> {
  const log = openKafkaLog(options);
  const name = `security-${randomUUID()}`;
  const records = [{ key: "k", value: Buffer.from("hello") }];
  await log.createTopics([
    { name, partitions: 1, retention: { kind: "forever" }, durability: "synced" },
  ]);
  await log.append([{ topic: name, partition: 0, records }]);
  const found = await new Promise<string>((resolve, reject) => {
    log.subscribe(
      { topic: name, partition: 0, from: 0 },
      (batch) => {
        const [first] = batch.records;
        if (first !== undefined) resolve(Buffer.from(first.value).toString());
      },
      { onError: reject },
    );
  });
  expect(found).toBe("hello");
  const shared = Promise.withResolvers<readonly number[]>();
  log.share(name, 2, { assigned: shared.resolve, revoked: () => {} });
  expect(await shared.promise).toEqual([0, 1]);
  await log.close();
}

async function isRefused(options: KafkaOptions): Promise<void> {
  await expect(reachKafka(options, SOON_MS)).rejects.toMatchObject({ code: "unreachable" });
}

async function withKafka(
  security: Security,
  run: (kafka: KafkaProcess) => Promise<void>,
): Promise<void> {
  await using kafka = await startApacheKafka({ security });
  await run(kafka);
}

describeWithOwnKafka("a broker that demands", () => {
  test("a password in plain text lets in who has it", { timeout: HANG_MS }, () =>
    withKafka("sasl-plain", async (kafka) => {
      const options = optionsFor(kafka, "plain");
      await works(options);
      await isRefused(optionsFor(kafka));
      const wrong = { mechanism: "plain", username: "titan", password: "wrong-one" } as const;
      const refusal = reachKafka({ ...options, sasl: wrong }, SOON_MS);
      await expect(refusal).rejects.toThrow(/Authentication failed/i);
      await expect(refusal).rejects.not.toThrow("wrong-one");
    }),
  );

  test("SCRAM lets in who has the password, by both digests", { timeout: HANG_MS }, () =>
    withKafka("sasl-scram", async (kafka) => {
      await works(optionsFor(kafka, "scram-sha-256"));
      await works(optionsFor(kafka, "scram-sha-512"));
      const sasl = { mechanism: "scram-sha-512", username: "titan", password: "wrong" } as const;
      await isRefused({ ...optionsFor(kafka), sasl });
    }),
  );

  test("TLS lets in who trusts its certificate", { timeout: HANG_MS }, () =>
    withKafka("tls", async (kafka) => {
      await works(optionsFor(kafka));
      await isRefused({ brokers: [kafka.brokers], clientId: "security" });
      const strangers = { brokers: [kafka.brokers], clientId: "security", tls: {} };
      await expect(reachKafka(strangers, SOON_MS)).rejects.toThrow(/certificate/i);
    }),
  );

  test("TLS with a client certificate lets in who shows one", { timeout: HANG_MS }, () =>
    withKafka("mutual-tls", async (kafka) => {
      const options = optionsFor(kafka);
      await works(options);
      await isRefused({ ...options, tls: { ca: options.tls?.ca as string } });
    }),
  );

  test("TLS and a password lets in who has both", { timeout: HANG_MS }, () =>
    withKafka("sasl-tls", async (kafka) => {
      await works(optionsFor(kafka, "scram-sha-512"));
      await isRefused(optionsFor(kafka));
    }),
  );
});
