import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel, type Admin } from "kafkajs";
import { expect, test, vi } from "vitest";
import { eventually } from "../flows/eventually.ts";
import { startApacheKafka } from "./apache-kafka.ts";
import { describeWithOwnKafka } from "./describe-with-kafka.ts";
import { KAFKA_VERSION, KAFKA_VERSION_OLD } from "./kafka-jars.ts";
import type { KafkaProcess } from "./kafka-process.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const TOPIC = "numbers";
const kafkaOf = (broker: KafkaProcess): Kafka =>
  new Kafka({ ...broker.client, logLevel: logLevel.NOTHING, retry: { retries: 2 } });

async function withAdmin<Answer>(
  broker: KafkaProcess,
  use: (admin: Admin) => Promise<Answer>,
): Promise<Answer> {
  const admin = kafkaOf(broker).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function produce(broker: KafkaProcess, values: readonly string[]): Promise<void> {
  const producer = kafkaOf(broker).producer();
  await producer.connect();
  try {
    await producer.send({ topic: TOPIC, messages: values.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
}

const makeTopic = (broker: KafkaProcess): Promise<boolean> =>
  withAdmin(broker, (admin) => admin.createTopics({ topics: [{ topic: TOPIC }] }));
const endOf = (broker: KafkaProcess): Promise<string | undefined> =>
  withAdmin(broker, async (admin) => (await admin.fetchTopicOffsets(TOPIC))[0]?.offset);
const clusterOf = (broker: KafkaProcess): Promise<string> =>
  withAdmin(broker, async (admin) => (await admin.describeCluster()).clusterId);

/** The kernel's letter for what a process does; it comes behind the name in brackets. */
const stateOf = (pid: number): string | undefined =>
  readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.[0];

/** Processes whose command line names the folder. */
const processesOf = (folder: string): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid).includes(folder))
    .map(Number);

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It has ended since the list was made.
    return "";
  }
};

describeWithOwnKafka("a broker of Apache's jars", () => {
  test.each([KAFKA_VERSION, KAFKA_VERSION_OLD])(
    "of version %s keeps its records when it is stopped, killed and started again",
    async (version) => {
      await using broker = await startApacheKafka({ version });
      const cluster = await clusterOf(broker);
      await makeTopic(broker);
      await produce(broker, ["one", "two"]);

      await broker.stop();
      expect(() => broker.pid).toThrow("does not run");
      await expect(clusterOf(broker)).rejects.toThrow("ECONNREFUSED");
      await broker.start();
      expect(await endOf(broker)).toBe("2");
      await produce(broker, ["three"]);

      expect((await broker.kill()).signal).toBe("SIGKILL");
      await broker.start();
      expect(await endOf(broker)).toBe("3");
      expect(await clusterOf(broker)).toBe(cluster);
      expect(existsSync(`${broker.logFolder}/${TOPIC}-0`)).toBe(true);
    },
  );

  test("answers nothing while it is paused, and everything afterwards", async () => {
    await using broker = await startApacheKafka();
    broker.pause();
    let answered = false;
    const cluster = clusterOf(broker).then((id) => {
      answered = true;
      return id;
    });
    // It is the kernel that says so: a process that stands still is in state T.
    await eventually("the pause", () => stateOf(broker.pid) === "T");
    expect(answered).toBe(false);
    broker.resume();
    expect(await cluster).toBe(await clusterOf(broker));
    broker.pause();
    await broker.stop();
  });

  test("makes no topic that nobody created, and takes settings of a test's own", async () => {
    await using broker = await startApacheKafka({ properties: { "num.partitions": 3 } });
    await expect(produce(broker, ["one"])).rejects.toThrow();
    expect(await withAdmin(broker, (admin) => admin.listTopics())).toEqual([]);
    await makeTopic(broker);
    const { topics } = await withAdmin(broker, (admin) =>
      admin.fetchTopicMetadata({ topics: [TOPIC] }),
    );
    expect(topics[0]?.partitions).toHaveLength(3);
  });

  test("sends its clients through a proxy that is named to it", async () => {
    await using first = await startApacheKafka();
    const { brokers } = first;
    const port = Number(brokers.split(":")[1]);
    await first.dispose();
    await using proxy = await startTcpProxy(port);
    await using broker = await startApacheKafka({ port, advertised: proxy.port });
    expect(broker.brokers).toBe(proxy.address);
    await makeTopic(broker);
    await proxy.refuse();
    proxy.cut();
    await expect(endOf(broker)).rejects.toThrow();
    // Tests look at what the broker holds past the proxy.
    const direct = new Kafka({ brokers: [broker.direct] }).admin();
    await direct.connect();
    expect(await direct.listTopics()).toEqual([TOPIC]);
    await direct.disconnect();
    await proxy.accept();
    expect(await endOf(broker)).toBe("0");
  });

  test("stops when its disk is full, and starts again with room and with what it acknowledged", async () => {
    const diskBytes = 16 * 1024 * 1024;
    await using broker = await startApacheKafka({ diskBytes });
    await makeTopic(broker);
    const value = "0123456789".repeat(50_000);
    let acknowledged = 0;
    const full = (async () => {
      for (;;) {
        await produce(broker, [value]);
        acknowledged += 1;
      }
    })();
    await expect(full).rejects.toThrow();
    const { status } = await broker.ended;
    expect(status).not.toBe(0);
    expect(broker.output()).toContain("File too large");
    expect(acknowledged).toBeGreaterThan(0);

    broker.setDiskBytes(undefined);
    await broker.start();
    expect(Number(await endOf(broker))).toBeGreaterThanOrEqual(acknowledged);
    await produce(broker, [value]);
  });

  test("that can not start says why, and leaves no process and no folder", async () => {
    await using broker = await startApacheKafka();
    const port = Number(broker.brokers.split(":")[1]);
    const temporary = mkdtempSync(join(tmpdir(), "titan-test-"));
    vi.stubEnv("TMPDIR", temporary);
    try {
      await expect(startApacheKafka({ port })).rejects.toThrow("in use");
      expect(readdirSync(temporary)).toEqual([]);
      expect(processesOf(broker.folder)).toEqual([broker.pid]);
      expect(processesOf(temporary)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(temporary, { recursive: true });
    }
  });
});
