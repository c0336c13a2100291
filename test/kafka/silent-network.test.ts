import { openKafkaLog } from "@titan/event-log";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { startTcpProxy } from "../broker/tcp-proxy.ts";
import { eventually } from "../flows/eventually.ts";
import { freePort } from "../flows/free-port.ts";

const REQUEST_TIMEOUT_MS = 2_000;
const TOPIC = "silent";
const TO = { topic: TOPIC, partition: 0 };

const batch = (key: string) => [{ ...TO, records: [{ key, value: Buffer.from(key) }] }];

describeWithOwnKafka("a network that swallows everything and tells nobody", () => {
  test("who waits for an answer notices for the connections that nobody waits on", async () => {
    const clients = await freePort();
    await using proxy = await startTcpProxy(clients);
    await using broker = await startApacheKafka({ port: clients, advertised: proxy.port });
    const options = { clientId: "test", requestTimeoutMs: REQUEST_TIMEOUT_MS };
    let fetches = 0;
    const onRequest = (name: string): void => void (fetches += name === "Fetch" ? 1 : 0);
    const log = openKafkaLog({ ...options, onRequest, brokers: [proxy.address] });
    const past = openKafkaLog({ ...options, brokers: [broker.direct] });
    const read: string[] = [];
    try {
      const retention = { kind: "forever" } as const;
      await log.createTopics([{ name: TOPIC, partitions: 1, retention, durability: "synced" }]);
      log.subscribe({ ...TO, from: 0 }, ({ records }) => {
        for (const { key } of records) read.push(key);
      });
      await log.append(batch("before"));
      await eventually("the first record", () => read.includes("before"));

      // The connection for appending is at rest, that for reading always waits for an answer.
      proxy.halfClose("server");
      // The broker still answers what it was asked before; what is sent from now on is swallowed.
      const asked = fetches;
      await eventually("a request that is swallowed", () => fetches > asked);
      await past.append(batch("from elsewhere"));
      await eventually("the reader to have noticed", () => read.includes("from elsewhere"));

      // On the old connection this would be given up with an unknown outcome.
      await log.append(batch("after"));
      await eventually("the last record", () => read.includes("after"));
      expect(read).toEqual(["before", "from elsewhere", "after"]);
    } finally {
      await log.close();
      await past.close();
    }
  });
});
