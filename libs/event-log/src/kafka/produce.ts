import type { RawRequest } from "./raw-exchange.ts";
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
  const topics = new Map<string, PartitionAppend[]>();
  for (const append of appends) {
    const list = topics.get(append.topic);
    if (list === undefined) topics.set(append.topic, [append]);
    else list.push(append);
  }
  const body: Buffer[] = [];
  let fields = new WireWriter().text(null).int16(ACKS_ALL).int32(timeoutMs).int32(topics.size);
  for (const [topic, list] of topics) {
    fields.text(topic).int32(list.length);
    for (const { partition, batch } of list) {
      // The batches go out as they are, between the fields.
      body.push(fields.int32(partition).int32(batch.length).bytes, batch);
      fields = new WireWriter();
    }
  }
  return { name: "Produce", apiKey: 0, apiVersion: 7, body, read: readProduced };
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
