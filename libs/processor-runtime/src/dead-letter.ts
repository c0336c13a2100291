import type { AppendBatch, LogRecord } from "@titan/event-log";
import { encode } from "@titan/schema-codec";

/** A record that could not be processed, and why. */
export interface Unprocessed {
  readonly topic: string;
  readonly partition: number;
  readonly record: LogRecord;
  readonly code: string;
  readonly reason: string;
  readonly processor: string;
  readonly processorVersion: number;
}

const VALUE_BYTES_MAX = 64 * 1024;
/** Characters. Whoever wrote the record chose its key, and a letter must fit whatever it was. */
const TEXT_LENGTH_MAX = 4_096;

/** The dead letter of a record, as something to append (PROTOCOL.md rule 18). */
export function deadLetterBatch(unprocessed: Unprocessed): AppendBatch {
  const { topic, partition, record, code, reason, processor, processorVersion } = unprocessed;
  const key = clip(record.key);
  const value = encode("dead-letter", {
    topic,
    partition,
    offset: record.offset,
    code,
    reason: clip(reason),
    processor,
    processorVersion,
    key,
    value: record.value.subarray(0, VALUE_BYTES_MAX),
  });
  return { topic: "titan.dead-letter", partition: 0, records: [{ key, value }] };
}

function clip(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : text.slice(0, TEXT_LENGTH_MAX).toWellFormed();
}
