import fc from "fast-check";
import type { RecordName, RecordTypes } from "../record-name.ts";
import { readSchema, type CompoundSchema, type Schema } from "../schema-files.ts";

const DEPTH_MAX = 3;
const text = fc.string({ unit: "grapheme", maxLength: 12 });
/** The numbers that the Avro library writes exactly. */
const exactInteger = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
/** No label's key begins with an underscore, so the one key that JavaScript treats apart is none. */
const mapKey = text.filter((key) => key !== "__proto__");
const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
/** Instants, as a schema's `timestamp-millis` has them: whole milliseconds. */
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });

/** Any record that the schema allows; in a commit, `kind` of an event says what its values are. */
export function randomRecordOf<N extends RecordName>(name: N): fc.Arbitrary<RecordTypes[N]> {
  const named = new Map<string, CompoundSchema>();
  const record = arbitrary(readSchema(`${name}.avsc`) as CompoundSchema, named, 0);
  return record as fc.Arbitrary<RecordTypes[N]>;
}

function arbitrary(
  schema: Schema,
  named: Map<string, CompoundSchema>,
  depth: number,
): fc.Arbitrary<unknown> {
  if (typeof schema === "string") return ofName(schema, named, depth);
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named, depth);
  const compound = schema as CompoundSchema;
  if (compound.name !== undefined) named.set(compound.name, compound);
  switch (compound.type) {
    case "record":
      return compound.name === "Event" ? event(compound, named) : record(compound, named, depth);
    case "array": {
      if (depth > DEPTH_MAX) return fc.constant([]);
      const items = arbitrary(compound.items ?? "null", named, depth + 1);
      return fc.array(items, { maxLength: 3 });
    }
    case "map":
      return fc
        .dictionary(mapKey, arbitrary(compound.values ?? "null", named, depth + 1), { maxKeys: 3 })
        .map((entries) => ({ ...entries }));
    case "enum":
      return fc.constantFrom(...(compound.symbols ?? []));
    case "fixed":
      return hash;
    default:
      if (compound.logicalType === "timestamp-millis") return instant;
      return arbitrary(compound.type, named, depth);
  }
}

function ofName(
  name: string,
  named: Map<string, CompoundSchema>,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (name) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "int":
      return fc.integer();
    case "long":
      return exactInteger;
    case "string":
      return text;
    case "bytes":
      return fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
    default: {
      const schema = named.get(name);
      if (schema === undefined) throw new Error(`no schema is called ${name}`);
      return arbitrary(schema, named, depth + 1);
    }
  }
}

function union(
  branches: readonly Schema[],
  named: Map<string, CompoundSchema>,
  depth: number,
): fc.Arbitrary<unknown> {
  return fc.oneof(...branches.map((branch) => arbitrary(branch, named, depth)));
}

function record(
  schema: CompoundSchema,
  named: Map<string, CompoundSchema>,
  depth: number,
): fc.Arbitrary<unknown> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of schema.fields ?? []) fields[field.name] = arbitrary(field.type, named, depth);
  return fc.record(fields);
}

function event(schema: CompoundSchema, named: Map<string, CompoundSchema>): fc.Arbitrary<unknown> {
  const previous = schema.fields?.find((field) => field.name === "previous")?.type ?? [];
  const kinds = (previous as readonly (string | CompoundSchema)[]).flatMap((branch) => {
    if (typeof branch === "string") return [];
    const noun = arbitrary(branch, named, 1);
    const orNull = fc.option(noun);
    const kind = fc.constant(branch.name);
    const op = fc.constantFrom("UPDATE", "DELETE");
    return [fc.record({ kind, key: text, op, previous: orNull, current: orNull })];
  });
  return fc.oneof(...kinds);
}
