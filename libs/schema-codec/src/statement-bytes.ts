import type avsc from "avsc";
import type { Cause } from "@titan/domain";
import { compileWriter, type Write, type WrittenItems } from "./avro-writer.ts";
import { ByteSink } from "./byte-sink.ts";
import { CodecError, newestSchema, typeOf, wireHeader } from "./codec.ts";
import { projectionOf } from "./projection.ts";
import type { RecordTypes, StatementName } from "./record-name.ts";

/**
 * The fields of a statement's record, in the order in which they stand there. What is before and
 * after a change is the largest part of a record, and it is the same in two of them: as `current`
 * now, as `previous` next time. Whoever keeps the bytes writes them once. So it is with the origin,
 * which all records of a step have in common.
 */
const PARTS = {
  head: ["revision", "index", "op"],
  previous: ["previous"],
  current: ["current"],
  hash: ["hash"],
  origin: ["changeId", "actor", "reason", "occurredAt"],
  tail: ["causes", "processorVersion"],
} as const;

interface Parts extends Readonly<Record<keyof typeof PARTS, Write>> {
  readonly header: Uint8Array;
  readonly currentType: avsc.Type;
}

type Whole = RecordTypes[StatementName];

/** What a record was derived from, or the same from a `CauseList`. */
export type Causes = readonly Cause[] | WrittenItems;

/** A statement's record without what is before and after the change. */
interface StatementRest extends Pick<
  Whole,
  "revision" | "index" | "op" | "hash" | "processorVersion"
> {
  readonly causes: Causes;
  /** Not changed once it was given: what it is in bytes is remembered. */
  readonly origin: Pick<Whole, (typeof PARTS.origin)[number]>;
}

const SCRATCH_BYTES = 64 * 1024;
const partsByName = new Map<StatementName, Parts>();
const statements = new ByteSink(SCRATCH_BYTES);
/** Each apart from the others, so that bytes of parts can be given to `encodeStatement`. */
const scratch = {
  previous: new ByteSink(SCRATCH_BYTES),
  current: new ByteSink(SCRATCH_BYTES),
  origin: new ByteSink(SCRATCH_BYTES),
};
let lastOrigin: StatementRest["origin"] | undefined;

/** The bytes of a `current` in a record of the newest schema. To be read before this is called again. */
export function encodeCurrent(name: StatementName, current: unknown): Uint8Array {
  return encodePart(partsOf(name).current, { current }, scratch.current);
}

/** The bytes of a `previous` in a record of the newest schema. To be read before this is called again. */
export function encodePrevious(name: StatementName, previous: unknown): Uint8Array {
  return encodePart(partsOf(name).previous, { previous }, scratch.previous);
}

/** What `encodeCurrent` made bytes of. */
export function decodeCurrent(name: StatementName, bytes: Uint8Array): unknown {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { current } = partsOf(name).currentType.decode(buffer).value as { current: unknown };
  return current;
}

/**
 * As `encode`, of a record whose `previous` and `current` are bytes already. It shares its memory
 * with others that are made about the same time.
 */
export function encodeStatement(
  name: StatementName,
  rest: StatementRest,
  previous: Uint8Array,
  current: Uint8Array,
): Uint8Array {
  const { header, head, hash, tail } = partsOf(name);
  try {
    const origin = originBytes(name, rest.origin);
    statements.put(header);
    head(rest, statements);
    statements.put(previous);
    statements.put(current);
    hash(rest, statements);
    statements.put(origin);
    tail(rest, statements);
    return statements.take();
  } catch (error) {
    statements.clear();
    throw new CodecError("wrong-fields", `not a ${name}: ${String(error)}`, error);
  }
}

/** It is written alike in all statements. */
function originBytes(name: StatementName, origin: StatementRest["origin"]): Uint8Array {
  if (origin === lastOrigin) return scratch.origin.view();
  lastOrigin = undefined;
  const bytes = encodePart(partsOf(name).origin, origin, scratch.origin);
  lastOrigin = origin;
  return bytes;
}

function encodePart(write: Write, value: unknown, sink: ByteSink): Uint8Array {
  sink.clear();
  try {
    write(value, sink);
  } catch (error) {
    throw new CodecError("wrong-fields", `not a part of a record: ${String(error)}`, error);
  }
  return sink.view();
}

function partsOf(name: StatementName): Parts {
  let parts = partsByName.get(name);
  if (parts === undefined) {
    const schema = newestSchema(name);
    const write = (fields: readonly string[]): Write => compileWriter(projectionOf(schema, fields));
    parts = {
      header: wireHeader(name),
      currentType: typeOf(projectionOf(schema, PARTS.current)),
      head: write(PARTS.head),
      previous: write(PARTS.previous),
      current: write(PARTS.current),
      hash: write(PARTS.hash),
      origin: write(PARTS.origin),
      tail: write(PARTS.tail),
    };
    partsByName.set(name, parts);
  }
  return parts;
}
