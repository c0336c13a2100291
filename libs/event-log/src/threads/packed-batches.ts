import type { AppendBatch } from "../event-log.ts";

/** Batches as they go from one thread to another: one piece of memory that is handed over. */
export interface PackedBatches {
  readonly batches: readonly PackedBatch[];
  /** The values of all records, one after the other. */
  readonly values: Uint8Array<ArrayBuffer>;
}

interface PackedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly keys: readonly string[];
  /** Bytes of each value. */
  readonly lengths: readonly number[];
}

/** The values are copied. */
export function packBatches(batches: readonly AppendBatch[]): PackedBatches {
  let bytes = 0;
  for (const { records } of batches) for (const { value } of records) bytes += value.length;
  const values = new Uint8Array(bytes);
  let at = 0;
  const packed = batches.map(({ topic, partition, records }) => {
    const keys: string[] = [];
    const lengths: number[] = [];
    for (const { key, value } of records) {
      values.set(value, at);
      at += value.length;
      keys.push(key.toWellFormed());
      lengths.push(value.length);
    }
    return { topic, partition, keys, lengths };
  });
  return { batches: packed, values };
}

/** Whoever keeps a value keeps those of its batch, but not of the others. */
export function unpackBatches({ batches, values }: PackedBatches): readonly AppendBatch[] {
  let at = 0;
  return batches.map(({ topic, partition, keys, lengths }) => {
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    const own = bytes === values.length ? values : values.slice(at, at + bytes);
    at += bytes;
    let from = 0;
    const records = keys.map((key, index) => {
      const to = from + (lengths[index] ?? 0);
      const value = own.subarray(from, to);
      from = to;
      return { key, value };
    });
    return { topic, partition, records };
  });
}
