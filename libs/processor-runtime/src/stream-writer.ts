import {
  CodecError,
  decodeCurrent,
  derivedHashOf,
  encodeCurrent,
  encodePrevious,
  encodeStatement,
  type StatementName,
} from "@titan/schema-codec";
import type { Statement } from "./statement.ts";
import type { ViewStep } from "./view.ts";

/** What goes into each record beside key and value. */
export interface StreamWriter {
  readonly record: StatementName;
  readonly processorVersion: number;
  /** What a record says of the value before, where that is not the whole of it. */
  readonly previousOf?: (current: unknown) => unknown;
  /** What the view calls a key of a topic. */
  nameOf(topic: string, key: string): string;
}

/** The bytes of a value, to be read before the next call. Throws `CodecError` for what is none. */
export function valueBytes({ record }: StreamWriter, current: unknown): Uint8Array {
  return encodeCurrent(record, current);
}

/**
 * Those of the value that a record of the stream has. Of what is no value of this stream, those of
 * nothing: a record of another kind lay under the key.
 */
export function heldBytes({ record }: StreamWriter, statement: Statement): Uint8Array {
  const bytes = statement.bytesFor?.(record);
  if (bytes !== undefined) return bytes;
  try {
    return encodeCurrent(record, statement.current);
  } catch (error) {
    if (error instanceof CodecError) return encodeCurrent(record, null);
    throw error;
  }
}

export function valueHash({ record }: StreamWriter, key: string, bytes: Uint8Array): bigint {
  return derivedHashOf(record, key, bytes);
}

/** What a record is made of: the value that was held, with its bytes if there was one, and the new one. */
interface Replacement {
  readonly label: number;
  /** Zero is that of a key that is gone. */
  readonly hash: bigint;
  readonly held: Uint8Array;
  readonly current: Uint8Array;
}

export function recordBytes(
  writer: StreamWriter,
  step: ViewStep<unknown>,
  name: string,
  { label, hash, held, current }: Replacement,
): Uint8Array {
  const { record, processorVersion } = writer;
  const statement = {
    revision: label,
    index: 0,
    op: hash === 0n ? ("DELETE" as const) : ("UPDATE" as const),
    hash,
    origin: step.origin,
    causes: step.causesOf(name),
    processorVersion,
  };
  return encodeStatement(record, statement, previousBytes(writer, held), current);
}

function previousBytes({ record, previousOf }: StreamWriter, held: Uint8Array): Uint8Array {
  if (held.length === 0) return encodePrevious(record, null);
  if (previousOf === undefined) return held;
  return encodePrevious(record, previousOf(decodeCurrent(record, held)));
}
