import { randomUUID } from "node:crypto";
import { CompressionTypes, Kafka, logLevel, type Message } from "kafkajs";

export interface Written {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface Target {
  readonly topic: string;
  readonly partition?: number;
}

const RETRIES = 3;

/** A plain client of Kafka, as anybody has it who may write to the cluster. */
export class ForeignClient {
  readonly #kafka: Kafka;

  constructor(brokers: string) {
    this.#kafka = new Kafka({
      brokers: [brokers],
      clientId: "foreign",
      logLevel: logLevel.NOTHING,
      retry: { retries: RETRIES },
    });
  }

  /** Writes one record and answers where it is. A value of null is a tombstone. */
  async write(
    { topic, partition = 0 }: Target,
    value: Uint8Array | null,
    { key = null, gzip = false }: { readonly key?: string | null; readonly gzip?: boolean } = {},
  ): Promise<Written> {
    const producer = this.#kafka.producer();
    await producer.connect();
    try {
      const compression = gzip ? CompressionTypes.GZIP : CompressionTypes.None;
      const messages = [message(partition, key, value)];
      const [sent] = await producer.send({ topic, messages, compression });
      return { topic, partition, offset: Number(sent?.baseOffset) };
    } finally {
      await producer.disconnect();
    }
  }

  /** Writes one record in a transaction that it takes back. */
  async writeAborted({ topic, partition = 0 }: Target, value: Uint8Array): Promise<Written> {
    const producer = this.#kafka.producer({
      transactionalId: "foreign",
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    try {
      const transaction = await producer.transaction();
      const messages = [message(partition, null, value)];
      const [sent] = await transaction.send({ topic, messages });
      await transaction.abort();
      return { topic, partition, offset: Number(sent?.baseOffset) };
    } finally {
      await producer.disconnect();
    }
  }

  /** Fills a topic of its own until the broker takes no more. */
  async fill(recordBytes: number, recordsMax: number): Promise<void> {
    const topic = `filler-${randomUUID()}`;
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
    await admin.disconnect();
    const value = Buffer.alloc(recordBytes, 1);
    try {
      for (let record = 0; record < recordsMax; record += 1) await this.write({ topic }, value);
    } catch {
      return;
    }
    throw new Error(`the broker took ${recordsMax} records of ${recordBytes} bytes`);
  }
}

function message(partition: number, key: string | null, value: Uint8Array | null): Message {
  return { partition, key, value: value === null ? null : Buffer.from(value) };
}
