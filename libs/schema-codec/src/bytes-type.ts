import avsc from "avsc";
import type { CompoundSchema, Schema } from "./schema-files.ts";

const LOGICAL_NAME = "titan-bytes";

/**
 * Avro's `bytes` as any `Uint8Array`. The Avro library takes `Buffer` alone, and the domain, which
 * knows no `node:*`, makes none: without this a template with a binary file could not be committed.
 */
class BytesType extends avsc.types.LogicalType {
  protected override _fromValue(bytes: Buffer): Uint8Array {
    return bytes;
  }

  protected override _toValue(value: unknown): Buffer | undefined {
    if (!(value instanceof Uint8Array)) return undefined;
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }

  protected override _resolve(type: avsc.Type): ((value: Buffer) => Uint8Array) | undefined {
    return type.typeName === `logical:${LOGICAL_NAME}` ? (value) => value : undefined;
  }
}

export const BYTES_TYPE = { [LOGICAL_NAME]: BytesType };

/** The schema with that type in place of every `bytes`; on the wire it is the same. */
export function withAnyBytes(schema: Schema): Schema {
  if (schema === "bytes") return { type: "bytes", logicalType: LOGICAL_NAME };
  if (typeof schema === "string") return schema;
  if (Array.isArray(schema)) return (schema as readonly Schema[]).map(withAnyBytes);
  const compound = schema as CompoundSchema;
  const { fields, items, values } = compound;
  return {
    ...compound,
    ...(items === undefined ? {} : { items: withAnyBytes(items) }),
    ...(values === undefined ? {} : { values: withAnyBytes(values) }),
    ...(fields === undefined
      ? {}
      : { fields: fields.map((field) => ({ ...field, type: withAnyBytes(field.type) })) }),
  };
}
