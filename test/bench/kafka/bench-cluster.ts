import { openKafkaLog, type EventLog } from "@titan/event-log";
import { cloudEventHeaders } from "@titan/schema-codec";
import { startApacheKafka } from "../../broker/apache-kafka.ts";
import { KAFKA_VERSION } from "../../broker/kafka-jars.ts";

const OURS = /^(titan|bench)\./;

/** The broker that all parts of the bench use, one after the other. */
export class BenchCluster implements AsyncDisposable {
  readonly brokers: string;
  readonly description: string;
  readonly #dispose: () => Promise<void>;

  private constructor(brokers: string, description: string, dispose: () => Promise<void>) {
    this.brokers = brokers;
    this.description = description;
    this.#dispose = dispose;
  }

  /** That of `KAFKA_BROKERS`, which must hold nothing of Titan, or one of our own. */
  static async open(): Promise<BenchCluster> {
    const { KAFKA_BROKERS: given } = process.env;
    if (given === undefined || given === "") {
      const kafka = await startApacheKafka({ heapMb: HEAP_MB });
      const description = `Kafka ${KAFKA_VERSION}, one broker on this machine, heap ${HEAP_MB} MiB`;
      return new BenchCluster(kafka.brokers, description, () => kafka.dispose());
    }
    const cluster = new BenchCluster(given, `Kafka at ${given}`, () => Promise.resolve());
    const log = cluster.log();
    const used = (await log.topics()).find(({ name }) => OURS.test(name));
    await log.close();
    if (used === undefined) return cluster;
    throw new Error(`${given} holds ${used.name}: the bench removes such topics, so it stops here`);
  }

  /** An adapter with the headers that the services write; whoever asks closes it. */
  log(onRequest: (name: string) => void = () => {}): EventLog {
    return openKafkaLog({
      brokers: this.brokers.split(","),
      clientId: "bench",
      headersOf: (topic, { key, value }) => cloudEventHeaders(topic, key, value),
      onRequest,
    });
  }

  /** As it was before the first part: no topics of ours. */
  async clear(): Promise<void> {
    const log = this.log();
    const names = (await log.topics()).map(({ name }) => name).filter((name) => OURS.test(name));
    await log.deleteTopics(names);
    await log.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose();
  }
}

/** What a test's broker has, twice: 3,000 topics are to fit. */
const HEAP_MB = 1_024;
