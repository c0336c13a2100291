import xxhash from "xxhash-wasm";
import { CodecError, decode, nameOf } from "./codec.ts";
import type { RecordName } from "./record-name.ts";

const hasher = await xxhash();
const HEX_DIGITS = 16;
/** Records that are not about a revision, or do not begin with it. */
const WITHOUT_REVISION: ReadonlySet<RecordName> = new Set<RecordName>([
  "proposal",
  "report",
  "host-status",
  "git-commit",
  "dead-letter",
]);
/** After the magic byte and the schema's id. */
const BODY_AT = 5;

/**
 * The id of a record as a CloudEvent: the same for every copy of it. Records that state something
 * about a revision are named by it (PROTOCOL.md section 2), others by what they hold.
 */
export function cloudEventId(
  topic: string,
  key: string,
  name: RecordName,
  value: Uint8Array,
): string {
  return `${topic}/${key}/${WITHOUT_REVISION.has(name) ? hashOf(value) : longAt(value, BODY_AT)}`;
}

/** CloudEvents 1.0 in Kafka's binary mode: the attributes as headers. None for bytes of no known schema. */
export function cloudEventHeaders(
  topic: string,
  key: string,
  value: Uint8Array,
): readonly (readonly [string, string])[] {
  let name: RecordName;
  try {
    name = nameOf(value);
  } catch (error) {
    if (error instanceof CodecError) return [];
    throw error;
  }
  const headers: (readonly [string, string])[] = [
    ["ce_specversion", "1.0"],
    ["ce_id", cloudEventId(topic, key, name, value)],
    ["ce_source", cloudEventSource(topic)],
    ["ce_type", cloudEventType(name)],
    ["content-type", "application/avro"],
  ];
  const traceparent = traceparentOf(name, value);
  if (traceparent !== "") headers.push(["traceparent", traceparent]);
  return headers;
}

export function cloudEventSource(topic: string): string {
  return `/titan/${topic}`;
}

export function cloudEventType(name: RecordName): string {
  return `titan.${name}`;
}

/** Proposals and commits hold the trace that they belong to; what follows from them names the change. */
function traceparentOf(name: RecordName, value: Uint8Array): string {
  if (name !== "proposal" && name !== "commit") return "";
  try {
    const decoded = decode(value);
    return "traceparent" in decoded.value ? decoded.value.traceparent : "";
  } catch (error) {
    if (error instanceof CodecError) return "";
    throw error;
  }
}

/** Avro's long: zigzag, seven bits a byte, lowest first. */
function longAt(bytes: Uint8Array, from: number): number {
  let value = 0;
  let factor = 1;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) break;
    factor *= 128;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function hashOf(bytes: Uint8Array): string {
  return hasher.h64Raw(bytes).toString(16).padStart(HEX_DIGITS, "0");
}
