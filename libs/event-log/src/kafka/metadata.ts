import { WireReader, WireWriter } from "./wire.ts";

export interface TopicMetadata {
  readonly name: string;
  readonly code: number;
  readonly isInternal: boolean;
  /** The node that leads each partition, -1 for none. */
  readonly leaders: readonly number[];
}

export interface Metadata {
  readonly clusterId: string;
  readonly controller: number;
  readonly brokers: readonly {
    readonly node: number;
    readonly host: string;
    readonly port: number;
  }[];
  readonly topics: readonly TopicMetadata[];
}

/** Metadata request, version 6; null asks for all topics. Topics are never made by asking. */
export function writeMetadata(topics: readonly string[] | null): Buffer {
  const writer = new WireWriter().int32(topics?.length ?? -1);
  for (const topic of topics ?? []) writer.text(topic);
  return writer.int8(0).bytes;
}

export function readMetadata(answer: Buffer): Metadata {
  const reader = new WireReader(answer);
  reader.int32();
  const brokers = reader.array(() => {
    const broker = { node: reader.int32(), host: reader.text(), port: reader.int32() };
    reader.text();
    return broker;
  });
  const clusterId = reader.text();
  const controller = reader.int32();
  const topics = reader.array(() => {
    const code = reader.int16();
    const name = reader.text();
    const isInternal = reader.int8() !== 0;
    const partitions = reader.array(() => {
      reader.int16();
      const partition = reader.int32();
      const leader = reader.int32();
      // Replicas, those in sync, those that are away.
      for (let list = 0; list < 3; list += 1) reader.array(() => reader.int32());
      return { partition, leader };
    });
    const leaders = leadersOf(partitions);
    return { name, code, isInternal, leaders };
  });
  return { clusterId, controller, brokers, topics };
}

interface PartitionLeader {
  readonly partition: number;
  readonly leader: number;
}

/** A number that is beyond the count, or there twice, would leave a list with holes. */
function leadersOf(partitions: readonly PartitionLeader[]): readonly number[] {
  const sorted = partitions.toSorted((a, b) => a.partition - b.partition);
  return sorted.map(({ partition, leader }, at) => {
    if (partition === at) return leader;
    throw new RangeError("the answer does not number the partitions from 0");
  });
}
