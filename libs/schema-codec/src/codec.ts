import avsc from "avsc";
import { compileWriter, type Write } from "./avro-writer.ts";
import { compileByteCheck, compileOutline, type ByteCheck, type Outline } from "./byte-check.ts";
import { ByteSink } from "./byte-sink.ts";
import { HashType } from "./hash-type.ts";
import { compileJsonForm, type JsonForm } from "./json-form.ts";
import { LearnedSchemas } from "./learned-schemas.ts";
import type { Decoded, RecordName, RecordTypes } from "./record-name.ts";
import { projectionOf } from "./projection.ts";
import { resolverOf } from "./resolver.ts";
import { textTypeOf } from "./text-types.ts";
import { readSchema, readSchemaIds, type RecordSchema } from "./schema-files.ts";

/** Bytes that are no record of ours. `code` is stable; nothing of the bytes is in the message. */
export class CodecError extends Error {
  readonly code: "not-avro" | "unknown-schema" | "wrong-fields" | "wrong-record";

  constructor(code: CodecError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CodecError";
    this.code = code;
  }
}

const MAGIC = 0;
export const HEADER_BYTES = 5;
const SCRATCH_BYTES = 1024 * 1024;

interface Writer {
  readonly header: Uint8Array;
  readonly schema: RecordSchema;
  readonly write: Write;
  /** What others are read as. */
  readonly type: avsc.Type;
}
interface Reader {
  readonly name: RecordName;
  readonly type: avsc.Type;
  /** Set when the id is not that of the newest schema. */
  readonly resolver: avsc.Resolver | undefined;
  readonly newest: avsc.Type;
  readonly check: ByteCheck;
  readonly outline: ((bytes: Uint8Array, from: number) => Outline) | undefined;
}

export function typeOf(schema: RecordSchema): avsc.Type {
  return avsc.Type.forSchema(schema as avsc.Schema, {
    logicalTypes: { "titan-hash": HashType },
    registry: {},
    typeHook: textTypeOf,
  });
}

const writers = new Map<RecordName, Writer>();
const readers = new Map<number, Reader>();
const jsonForms = new Map<RecordName, JsonForm>();
const scratch = new ByteSink(SCRATCH_BYTES);

for (const entry of readSchemaIds().toReversed()) {
  const name = entry.subject as RecordName;
  const schema = readSchema(entry.file);
  const type = typeOf(schema);
  const [check, outline] = [compileByteCheck(schema), compileOutline(schema)];
  const newest = writers.get(name);
  if (newest === undefined) {
    writers.set(name, { header: headerOf(entry.id), schema, write: compileWriter(schema), type });
    readers.set(entry.id, { name, type, resolver: undefined, newest: type, check, outline });
    jsonForms.set(name, compileJsonForm(schema));
  } else {
    readers.set(entry.id, {
      name,
      type,
      resolver: resolverOf(newest.type, type),
      newest: newest.type,
      check,
      outline,
    });
  }
}

let learned: LearnedSchemas | undefined;

/**
 * Reads from now on also what was written with this schema (its text), and answers with the local
 * id under which its bytes are decoded: that of ours which it equals, or one of its own from
 * `LEARNED_ID_MIN` up. Undefined when it is no schema of a record of ours that the newest can read,
 * when it is too long, or when too many were learned.
 */
export function learnWriterSchema(text: string): number | undefined {
  learned ??= new LearnedSchemas((id, name, schema) => {
    const newest = writers.get(name);
    if (newest === undefined) throw new CodecError("unknown-schema", `no schema for ${name}`);
    const type = typeOf(schema);
    const resolver = resolverOf(newest.type, type);
    const [check, outline] = [compileByteCheck(schema), compileOutline(schema)];
    readers.set(id, { name, type, resolver, newest: newest.type, check, outline });
  });
  return learned.learn(text);
}

/** The schema that records are written with. */
export function newestSchema(name: RecordName): RecordSchema {
  return writerOf(name).schema;
}

/** What the bytes of each record of this name begin with. */
export function wireHeader(name: RecordName): Uint8Array {
  return writerOf(name).header;
}

function headerOf(id: number): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES, MAGIC);
  header.writeUInt32BE(id, 1);
  return header;
}

function writerOf(name: RecordName): Writer {
  const writer = writers.get(name);
  if (writer === undefined) throw new CodecError("unknown-schema", `no schema for ${name}`);
  return writer;
}

/** Bytes in the Confluent wire format: a zero byte, four bytes of schema id, Avro. */
export function encode<N extends RecordName>(name: N, value: RecordTypes[N]): Uint8Array {
  return written(name, value).slice();
}

/** As `encode`, to be read before the next call. */
function written<N extends RecordName>(name: N, value: RecordTypes[N]): Uint8Array {
  const { header, write } = writerOf(name);
  scratch.clear();
  try {
    scratch.put(header);
    write(name === "commit" ? wrapEvents(value as RecordTypes["commit"]) : value, scratch);
  } catch (error) {
    throw new CodecError("wrong-fields", `not a ${name}: ${String(error)}`, error);
  }
  return scratch.view();
}

/** The schema id that bytes name, or a `CodecError`. */
export function schemaIdOf(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES || bytes[0] !== MAGIC) {
    throw new CodecError("not-avro", "the record is not in the Confluent wire format");
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = [bytes[1], bytes[2], bytes[3], bytes[4]];
  return first * 0x1_00_00_00 + (second << 16) + (third << 8) + fourth;
}

/** Which record bytes hold, without reading them. */
export function nameOf(bytes: Uint8Array): RecordName {
  return readerOf(bytes).name;
}

/** What reads these bytes, by the schema id that they name. */
export function readerOf(bytes: Uint8Array): Reader {
  const id = schemaIdOf(bytes);
  const reader = readers.get(id);
  if (reader === undefined) throw new CodecError("unknown-schema", `no schema has the id ${id}`);
  return reader;
}

/** Throws `CodecError` for bytes that are not exactly one record of a known schema. */
export function decode(bytes: Uint8Array): Decoded {
  const reader = readerOf(bytes);
  let value = checked(reader, bytes, (buffer) => {
    const read =
      reader.resolver === undefined
        ? reader.type.decode(buffer, HEADER_BYTES)
        : reader.newest.decode(buffer, HEADER_BYTES, reader.resolver);
    return read.value;
  });
  if (reader.name === "commit") value = unwrapEvents(value as RecordTypes["commit"]);
  return { name: reader.name, value } as Decoded;
}

function checked(reader: Reader, bytes: Uint8Array, read: (buffer: Buffer) => unknown): unknown {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    reader.check(bytes, HEADER_BYTES);
    return read(buffer);
  } catch (error) {
    throw new CodecError("wrong-fields", `the bytes are no ${reader.name}`, error);
  }
}

/**
 * Makes a function that is as `decode`, but reads only these fields of the record. It checks all of
 * its bytes, and makes a value of none but those: for readers of many records.
 */
export function decoderOf(
  names: readonly string[],
): (bytes: Uint8Array) => { readonly name: RecordName; readonly value: unknown } {
  const parts = new Map<Reader, { readonly type: avsc.Type; readonly resolver: avsc.Resolver }>();
  const partOf = (reader: Reader) => {
    let part = parts.get(reader);
    if (part === undefined) {
      const { schema } = writers.get(reader.name) as Writer;
      const type = typeOf(projectionOf(schema, names));
      parts.set(reader, (part = { type, resolver: resolverOf(type, reader.type) }));
    }
    return part;
  };
  return (bytes) => {
    const reader = readerOf(bytes);
    const value = checked(reader, bytes, (buffer) => {
      const { type, resolver } = partOf(reader);
      return type.decode(buffer, HEADER_BYTES, resolver).value;
    });
    return { name: reader.name, value };
  };
}

/** As `decode`, of a topic that holds one kind of record; another kind is a `CodecError`. */
export function decodeAs<N extends RecordName>(name: N, bytes: Uint8Array): RecordTypes[N] {
  const decoded = decode(bytes);
  if (decoded.name !== name) {
    throw new CodecError("wrong-record", `expected a ${name}, found a ${decoded.name}`);
  }
  return decoded.value as RecordTypes[N];
}

export function toJson<N extends RecordName>(name: N, value: RecordTypes[N]): unknown {
  return jsonFormOf(name).toJson(value);
}

/** The value is checked against the schema; throws `CodecError` `wrong-fields`. */
export function fromJson<N extends RecordName>(name: N, json: unknown): RecordTypes[N] {
  let value: unknown;
  try {
    value = jsonFormOf(name).fromJson(json);
  } catch (error) {
    throw new CodecError("wrong-fields", `not a ${name}: ${String(error)}`, error);
  }
  written(name, value as RecordTypes[N]);
  return value as RecordTypes[N];
}

function jsonFormOf(name: RecordName): JsonForm {
  const form = jsonForms.get(name);
  if (form === undefined) throw new CodecError("unknown-schema", `no schema for ${name}`);
  return form;
}

/** Avro names the branch of a union of several records; in memory `kind` beside it says the same. */
function wrapEvents(commit: RecordTypes["commit"]): unknown {
  return {
    ...commit,
    events: commit.events.map((event) => ({
      ...event,
      previous: event.previous === null ? null : { [`titan.${event.kind}`]: event.previous },
      current: event.current === null ? null : { [`titan.${event.kind}`]: event.current },
    })),
  };
}

function unwrapEvents(commit: RecordTypes["commit"]): RecordTypes["commit"] {
  const unwrap = (wrapped: unknown): unknown =>
    wrapped === null ? null : Object.values(wrapped as object)[0];
  return {
    ...commit,
    events: commit.events.map(
      (event) =>
        ({
          ...event,
          previous: unwrap(event.previous),
          current: unwrap(event.current),
        }) as typeof event,
    ),
  };
}
