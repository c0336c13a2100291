import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * avsc takes only Buffers for bytes, and Titan's values hold Uint8Arrays. Makes the value that avsc
 * takes; undefined for a schema without bytes, which is most of them.
 */
export type ToBuffers = (value: unknown) => unknown;

export function compileToBuffers(schema: RecordSchema): ToBuffers | undefined {
  return compile(schema as CompoundSchema, new Map());
}

type Named = Map<string, ToBuffers | undefined>;

function compile(schema: Schema, named: Named): ToBuffers | undefined {
  if (typeof schema === "string") return schema === "bytes" ? asBuffer : named.get(schema);
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named);
  const compound = schema as CompoundSchema;
  switch (compound.type) {
    case "record":
      return record(compound, named);
    case "array": {
      const item = compile(compound.items ?? "null", named);
      return item && ((value) => (value as readonly unknown[]).map(item));
    }
    default:
      return compound.type === "bytes" ? asBuffer : undefined;
  }
}

function asBuffer(value: unknown): unknown {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** A union of several records has its branch as the one key of an object. */
function union(branches: readonly Schema[], named: Named): ToBuffers | undefined {
  const compiled = branches.map((branch) => [nameOf(branch), compile(branch, named)] as const);
  const inside = compiled.filter(([, convert]) => convert !== undefined);
  if (inside.length === 0) return undefined;
  const others = branches.filter((branch) => branch !== "null");
  if (others.length === 1) {
    const [[, only] = []] = inside;
    return (value) => (value === null || only === undefined ? value : only(value));
  }
  const byName = new Map(inside);
  return (value) => {
    if (value === null) return null;
    const [name = "", content] = Object.entries(value as object)[0] ?? [];
    const convert = byName.get(name);
    return convert === undefined ? value : { [name]: convert(content) };
  };
}

function nameOf(schema: Schema): string {
  if (typeof schema === "string") return `titan.${schema}`;
  return `titan.${(schema as CompoundSchema).name ?? ""}`;
}

function record(schema: CompoundSchema, named: Named): ToBuffers | undefined {
  // A record inside of itself holds no bytes in any of our schemas.
  named.set(schema.name ?? "", undefined);
  const fields: (readonly [string, ToBuffers])[] = [];
  for (const field of schema.fields ?? []) {
    const convert = compile(field.type, named);
    if (convert !== undefined) fields.push([field.name, convert]);
  }
  if (fields.length === 0) return undefined;
  const convert: ToBuffers = (value) => {
    const converted: Record<string, unknown> = { ...(value as object) };
    for (const [name, each] of fields) converted[name] = each(converted[name]);
    return converted;
  };
  named.set(schema.name ?? "", convert);
  return convert;
}
