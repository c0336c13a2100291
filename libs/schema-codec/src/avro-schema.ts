import avsc from "avsc";
import { resolverOf } from "./resolver.ts";
import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/** The longest text of a schema that is looked at; ours have a tenth of it. */
export const SCHEMA_CHARS_MAX = 64 * 1024;

/**
 * A schema that came from outside, as the Avro library understood it. Texts that mean the same on
 * the wire are equal: docs, logical types, spaces and the order of attributes do not count.
 */
export class AvroSchema {
  /** With every name in full and in the library's order: equal for equal schemas. */
  readonly normal: string;
  readonly #type: avsc.Type;

  private constructor(type: avsc.Type) {
    this.#type = type;
    this.normal = JSON.stringify(type.schema({ exportAttrs: true }), (name, value: unknown) =>
      name === "doc" ? undefined : value,
    );
  }

  /** Undefined for what is no Avro schema, and for what is too long or too deep to be looked at. */
  static parse(text: string): AvroSchema | undefined {
    if (text.length > SCHEMA_CHARS_MAX) return undefined;
    try {
      const schema = JSON.parse(text) as avsc.Schema;
      return new AvroSchema(avsc.Type.forSchema(schema, { registry: {} }));
    } catch {
      // The library says with many kinds of errors what it does not like, a full stack among them.
      return undefined;
    }
  }

  /** With its namespace; empty for a type without a name. */
  get fullName(): string {
    return this.#type.name ?? "";
  }

  /** Why what was written with `writer` can not be read with this; undefined when it can. */
  whyNotReading(writer: AvroSchema): string | undefined {
    try {
      resolverOf(this.#type, writer.#type);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

/**
 * The record that a normal text describes, if each of its fields and items takes a byte at least.
 * Thirty records that each hold the next one twice, and the last of them nothing, are walked for
 * hours without reading a byte.
 */
export function measurableRecord(normal: string): RecordSchema | undefined {
  const schema = JSON.parse(normal) as CompoundSchema;
  return schema.type === "record" && takesBytes(schema, false)
    ? (schema as RecordSchema)
    : undefined;
}

/** A branch of a union has the byte of its index, so `null` is good there and nowhere else. */
function takesBytes(schema: Schema, isBranch: boolean): boolean {
  if (schema === "null") return isBranch;
  if (typeof schema === "string") return true;
  if (Array.isArray(schema)) {
    const branches = schema as readonly Schema[];
    return branches.length > 0 && branches.every((branch) => takesBytes(branch, true));
  }
  const { type, fields = [], items = "string", values = "string", size } = schema as CompoundSchema;
  switch (type) {
    case "record":
      return fields.length > 0 && fields.every((field) => takesBytes(field.type, false));
    case "fixed":
      return size !== undefined && size > 0;
    default:
      return takesBytes(items, false) && takesBytes(values, false);
  }
}
