import type { CompoundSchema, FieldSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * A record's schema with some of its fields only, in their order. Avro defines a type where it is
 * met first and names it after that, so a definition moves to the first field that is left.
 */
export function projectionOf(schema: RecordSchema, names: readonly string[]): RecordSchema {
  const definitions = new Map<string, CompoundSchema>();
  for (const { type } of schema.fields) collect(type, definitions);
  const defined = new Set<string>();
  const fields = schema.fields
    .filter(({ name }) => names.includes(name))
    .map((field) => ({ ...field, type: withDefinitions(field.type, definitions, defined) }));
  return { ...schema, fields };
}

type Definitions = Map<string, CompoundSchema>;

function collect(schema: Schema, definitions: Definitions): void {
  if (typeof schema === "string") return;
  if (Array.isArray(schema)) {
    for (const branch of schema as readonly Schema[]) collect(branch, definitions);
    return;
  }
  const compound = schema as CompoundSchema;
  if (compound.name !== undefined) definitions.set(compound.name, compound);
  for (const { type } of compound.fields ?? []) collect(type, definitions);
  if (compound.items !== undefined) collect(compound.items, definitions);
  if (compound.values !== undefined) collect(compound.values, definitions);
}

/** `defined` holds the names that were met before, and learns those that are met now. */
function withDefinitions(schema: Schema, definitions: Definitions, defined: Set<string>): Schema {
  const inside = (part: Schema): Schema => withDefinitions(part, definitions, defined);
  if (typeof schema === "string") {
    const definition = definitions.get(schema);
    return definition === undefined || defined.has(schema) ? schema : inside(definition);
  }
  if (Array.isArray(schema)) return (schema as readonly Schema[]).map(inside);
  const compound = schema as CompoundSchema;
  if (compound.name !== undefined) defined.add(compound.name);
  const { fields, items, values } = compound;
  return {
    ...compound,
    ...(fields === undefined ? {} : { fields: fields.map((field) => ofField(field, inside)) }),
    ...(items === undefined ? {} : { items: inside(items) }),
    ...(values === undefined ? {} : { values: inside(values) }),
  };
}

function ofField(field: FieldSchema, inside: (part: Schema) => Schema): FieldSchema {
  return { ...field, type: inside(field.type) };
}
