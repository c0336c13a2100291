import type { RawRequest } from "./broker-connection.ts";
import { WireReader, WireWriter } from "./wire.ts";

/** What one request appends to one partition: exactly one record batch. */
export interface PartitionAppend {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

export interface PartitionAppended {
  readonly topic: string;
  readonly partition: number;
  readonly code: number;
  readonly baseOffset: number;
}

/** Every copy that is in sync has it before it is acknowledged. */
const ACKS_ALL = -1;

/** Produce request, version 7, without idempotence or transaction. */
export function produceRequest(
  appends: readonly PartitionAppend[],
  timeoutMs: number,
): RawRequest<readonly PartitionAppended[]> {
  const size = appends.reduce(
    (sum, { batch, topic }) => sum + batch.length + topic.length + 16,
    64,
  );
  const writer = new WireWriter(size).text(null).int16(ACKS_ALL).int32(timeoutMs);
  const topics = new Map<string, PartitionAppend[]>();
  for (const append of appends) {
    const list = topics.get(append.topic);
    if (list === undefined) topics.set(append.topic, [append]);
    else list.push(append);
  }
  writer.int32(topics.size);
  for (const [topic, list] of topics) {
    writer.text(topic).int32(list.length);
    for (const { partition, batch } of list) writer.int32(partition).block(batch);
  }
  return { name: "Produce", apiKey: 0, apiVersion: 7, body: writer.bytes, read: readProduced };
}

function readProduced(answer: Buffer): readonly PartitionAppended[] {
  const reader = new WireReader(answer);
  return reader
    .array(() => {
      const topic = reader.text();
      return reader.array(() => {
        const partition = reader.int32();
        const code = reader.int16();
        const baseOffset = reader.int64();
        // The time of the append and the start of the log.
        reader.int64();
        reader.int64();
        return { topic, partition, code, baseOffset };
      });
    })
    .flat();
}
