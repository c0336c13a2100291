import { describeEventLog, kafkaHarness } from "@titan/event-log/testing";
import { describeWithKafka } from "../broker/describe-with-kafka.ts";

describeWithKafka("on a real broker", (brokers) => {
  describeEventLog("the Kafka adapter", () => Promise.resolve(kafkaHarness(brokers)));
});
