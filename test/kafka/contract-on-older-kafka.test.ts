import { describeEventLog, kafkaHarness } from "@titan/event-log/testing";
import { afterAll, beforeAll } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { KAFKA_VERSION_OLD } from "../broker/kafka-jars.ts";
import type { KafkaProcess } from "../broker/kafka-process.ts";

describeWithOwnKafka(`on Kafka ${KAFKA_VERSION_OLD}`, () => {
  let kafka: KafkaProcess;
  beforeAll(async () => {
    kafka = await startApacheKafka({ version: KAFKA_VERSION_OLD });
  });
  afterAll(async () => {
    await kafka.dispose();
  });

  describeEventLog("the Kafka adapter", () => Promise.resolve(kafkaHarness(kafka.brokers)));
});
