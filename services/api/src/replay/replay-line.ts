import type { LogRecord } from "@titan/event-log";
import {
  cloudEventId,
  cloudEventSource,
  cloudEventType,
  CodecError,
  decode,
  type Decoded,
} from "@titan/schema-codec";
import type { Caller } from "../caller.ts";
import { visibleRecord } from "./visible-record.ts";

/** What a record's bytes say; undefined when they say nothing. */
export function decodedOf(record: LogRecord): Decoded | undefined {
  try {
    return decode(record.value);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** One line of a replay; undefined when the record is not for the caller. */
export function replayLine(
  caller: Caller,
  place: { readonly stream: string; readonly partition: number },
  record: LogRecord,
  decoded: Decoded | undefined,
): string | undefined {
  const { stream, partition } = place;
  const { key, offset, timestampMs } = record;
  const at = new Date(timestampMs).toISOString();
  if (decoded === undefined) {
    // Bytes that can not be read may hold anything, so their content is shown to nobody.
    return `${JSON.stringify({ stream, partition, offset, at, type: "unreadable", key, value: null })}\n`;
  }
  const value = visibleRecord(caller, key, decoded);
  if (value === undefined) return undefined;
  const { name } = decoded;
  const ce = {
    specversion: "1.0",
    id: cloudEventId(stream, key, name, record.value),
    source: cloudEventSource(stream),
    type: cloudEventType(name),
    subject: key,
    time: "occurredAt" in decoded.value ? new Date(decoded.value.occurredAt).toISOString() : at,
  };
  return `${JSON.stringify({ stream, partition, offset, at, type: name, key, value, ce })}\n`;
}
