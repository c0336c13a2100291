import { openKafkaLog } from "@titan/event-log";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";

const TOPIC = {
  name: "identity",
  partitions: 1,
  retention: { kind: "forever" },
  durability: "synced",
} as const;

describeWithOwnKafka("a log whose address leads to another cluster than before", () => {
  test("takes and gives nothing any more, because offsets mean nothing there", async () => {
    await using first = await startApacheKafka();
    const port = Number(first.brokers.split(":")[1]);
    const log = openKafkaLog({ brokers: [first.brokers], clientId: "identity" });
    await log.createTopics([TOPIC]);
    const failed = Promise.withResolvers<Error>();
    log.subscribe({ topic: TOPIC.name, partition: 0, from: 0 }, () => {}, {
      onError: failed.resolve,
    });
    await first.stop();
    await using second = await startApacheKafka({ port });
    expect(second.brokers).toBe(first.brokers);
    expect(await failed.promise).toMatchObject({ code: "cluster-changed", outcome: "refused" });
    const records = [{ key: "k", value: Buffer.from("v") }];
    const append = log.append([{ topic: TOPIC.name, partition: 0, records }]);
    await expect(append).rejects.toMatchObject({ code: "cluster-changed" });
    await expect(log.bounds(TOPIC.name, 0)).rejects.toMatchObject({ code: "cluster-changed" });
    await log.close();
  });
});
