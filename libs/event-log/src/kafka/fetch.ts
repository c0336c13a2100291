import type { RawRequest } from "./raw-exchange.ts";
import { WireReader, WireWriter } from "./wire.ts";

/** What to read of a partition. */
export interface PartitionFetch {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface PartitionFetched {
  readonly topic: string;
  readonly partition: number;
  readonly code: number;
  /** The offset after the last record that every copy in sync has. */
  readonly end: number;
  /** Whole record batches, the last one perhaps cut off. */
  readonly records: Buffer;
}

export interface FetchAnswer {
  readonly code: number;
  /** 0 when the broker keeps no session. */
  readonly session: number;
  readonly partitions: readonly PartitionFetched[];
}

/** A fetch session (KIP-227): the broker remembers what was asked for and answers what changed. */
export interface FetchSession {
  readonly id: number;
  readonly epoch: number;
  readonly forgotten: readonly { readonly topic: string; readonly partition: number }[];
}

/** Every request stands for itself. */
export const NO_SESSION: FetchSession = { id: 0, epoch: -1, forgotten: [] };

interface FetchLimits {
  /** Milliseconds that the broker waits for the first record. */
  readonly waitMs: number;
  readonly bytesMax: number;
}

const CONSUMER = -1;
const READ_UNCOMMITTED = 0;
/** The largest batch that our topics take fits, wherever the partition comes in the answer. */
const PARTITION_BYTES_MAX = 1_100_000;

/** Fetch request, version 11. */
export function fetchRequest(
  fetches: readonly PartitionFetch[],
  { id, epoch, forgotten }: FetchSession,
  { waitMs, bytesMax }: FetchLimits,
): RawRequest<FetchAnswer> {
  const writer = new WireWriter(256 + fetches.length * 64)
    .int32(CONSUMER)
    .int32(waitMs)
    .int32(1)
    .int32(bytesMax)
    .int8(READ_UNCOMMITTED)
    .int32(id)
    .int32(epoch);
  writeByTopic(writer, fetches, ({ partition, offset }) => {
    writer.int32(partition).int32(-1).int64(offset).int64(-1).int32(PARTITION_BYTES_MAX);
  });
  writeByTopic(writer, forgotten, ({ partition }) => void writer.int32(partition));
  const body = [writer.text("").bytes];
  return { name: "Fetch", apiKey: 1, apiVersion: 11, body, read: readFetched, waitsMs: waitMs };
}

function writeByTopic<Item extends { readonly topic: string }>(
  writer: WireWriter,
  items: readonly Item[],
  write: (item: Item) => void,
): void {
  const topics = new Map<string, Item[]>();
  for (const item of items) {
    const list = topics.get(item.topic);
    if (list === undefined) topics.set(item.topic, [item]);
    else list.push(item);
  }
  writer.int32(topics.size);
  for (const [topic, list] of topics) {
    writer.text(topic).int32(list.length);
    for (const item of list) write(item);
  }
}

function readFetched(answer: Buffer): FetchAnswer {
  const reader = new WireReader(answer);
  reader.int32();
  const code = reader.int16();
  const session = reader.int32();
  const partitions = reader.array(() => {
    const topic = reader.text();
    return reader.array(() => {
      const partition = reader.int32();
      const error = reader.int16();
      const end = reader.int64();
      // The last stable offset and the start of the log, and what transactions of others left.
      reader.int64();
      reader.int64();
      reader.array(() => [reader.int64(), reader.int64()]);
      reader.int32();
      return { topic, partition, code: error, end, records: reader.block() };
    });
  });
  return { code, session, partitions: partitions.flat() };
}
