import { Kafka } from "kafkajs";
import { afterEach, expect, test, vi } from "vitest";
import { describeWithKafka } from "./describe-with-kafka.ts";
import { kafkaForTests, whyNoApacheKafka } from "./kafka-for-tests.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describeWithKafka("the broker of the run", (brokers) => {
  test("has a controller, and makes topics", async () => {
    const topic = `kafka-for-tests-${process.pid}`;
    const admin = new Kafka({ brokers: brokers.split(",") }).admin();
    await admin.connect();
    const { controller, brokers: nodes } = await admin.describeCluster();
    expect(nodes.map(({ nodeId }) => nodeId)).toContain(controller);
    await admin.createTopics({ topics: [{ topic }] });
    expect(await admin.listTopics()).toContain(topic);
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });
});

test("a broker that is named comes first, and is nobody's to close", async () => {
  vi.stubEnv("KAFKA_BROKERS", "one:9092,two:9092");
  const kafka = await kafkaForTests();
  expect(kafka).toMatchObject({ brokers: "one:9092,two:9092", version: undefined });
  await kafka.close();
});

test("a machine without Java is told what it lacks", async () => {
  vi.stubEnv("PATH", "/nowhere");
  expect(await whyNoApacheKafka()).toBe("java is not installed");
});
