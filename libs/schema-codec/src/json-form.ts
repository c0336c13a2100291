import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * A record as plain JSON and back: hashes as sixteen hexadecimal digits, bytes as base64.
 * It is what `titan replay` prints and what the gateway streams.
 */
export interface JsonForm {
  toJson(value: unknown): unknown;
  fromJson(json: unknown): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** The form of a field may depend on the record that it is in. */
type FormIn = (object: Fields) => JsonForm;

const same: JsonForm = { toJson: (value) => value, fromJson: (json) => json };

const hash: JsonForm = {
  toJson: (value) => (value as bigint).toString(16).padStart(16, "0"),
  fromJson: (json) => {
    if (typeof json !== "string" || !/^[0-9a-f]{16}$/.test(json)) {
      throw new TypeError("expected sixteen hexadecimal digits");
    }
    return BigInt(`0x${json}`);
  },
};

const bytes: JsonForm = {
  toJson: (value) => Buffer.from(value as Uint8Array).toString("base64"),
  fromJson: (json) => {
    const value = typeof json === "string" ? Buffer.from(json, "base64") : Buffer.alloc(0);
    // The decoder passes over what it does not know, so what it read is compared.
    if (value.toString("base64") !== json) throw new TypeError("expected base64");
    return value;
  },
};

export function compileJsonForm(schema: RecordSchema): JsonForm {
  return compile(schema as CompoundSchema, new Map());
}

function compile(schema: Schema, named: Map<string, JsonForm>): JsonForm {
  if (typeof schema === "string") {
    if (schema === "bytes") return bytes;
    if (["string", "null", "boolean", "int", "long"].includes(schema)) return same;
    return {
      toJson: (value) => (named.get(schema) ?? same).toJson(value),
      fromJson: (json) => (named.get(schema) ?? same).fromJson(json),
    };
  }
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named);
  const compound = schema as CompoundSchema;
  switch (compound.type) {
    case "record":
      return record(compound, named);
    case "array":
      return array(compile(compound.items ?? "null", named));
    case "fixed":
      named.set(compound.name ?? "", hash);
      return hash;
    case "map":
    case "enum":
      return same;
    default:
      return compile(compound.type, named);
  }
}

function union(branches: readonly Schema[], named: Map<string, JsonForm>): JsonForm {
  const others = branches.filter((branch) => branch !== "null").map((b) => compile(b, named));
  const only = others.length === 1 ? (others[0] ?? same) : same;
  return {
    toJson: (value) => (value === null ? null : only.toJson(value)),
    fromJson: (json) => (json === null || json === undefined ? null : only.fromJson(json)),
  };
}

function array(item: JsonForm): JsonForm {
  return {
    toJson: (value) => (value as readonly unknown[]).map((element) => item.toJson(element)),
    fromJson: (json) => {
      if (!Array.isArray(json)) throw new TypeError("expected a list");
      return json.map((element) => item.fromJson(element));
    },
  };
}

function record(schema: CompoundSchema, named: Map<string, JsonForm>): JsonForm {
  const fields: { name: string; formIn: FormIn; byDefault: unknown }[] = [];
  const form: JsonForm = {
    toJson: (value) => {
      const object = value as Fields;
      const json: Record<string, unknown> = {};
      for (const { name, formIn } of fields) json[name] = formIn(object).toJson(object[name]);
      return json;
    },
    fromJson: (json) => {
      if (typeof json !== "object" || json === null) throw new TypeError("expected an object");
      const object = json as Fields;
      const value: Record<string, unknown> = {};
      for (const field of fields) {
        const given = object[field.name];
        value[field.name] =
          given === undefined ? field.byDefault : field.formIn(object).fromJson(given);
      }
      return value;
    },
  };
  named.set(schema.name ?? "", form);
  for (const { name, type, default: byDefault } of schema.fields ?? []) {
    const ofField = compile(type, named);
    const formIn = isUnionOfRecords(type)
      ? (object: Fields) => byKind(object, named)
      : () => ofField;
    fields.push({ name, formIn, byDefault });
  }
  return form;
}

/** Of a union of several records, `kind` beside it says which one it is. */
function byKind(object: Fields, named: ReadonlyMap<string, JsonForm>): JsonForm {
  const form = named.get(String(object["kind"]));
  return {
    toJson: (value) => (value === null ? null : (form ?? same).toJson(value)),
    fromJson: (json) => {
      if (json === null) return null;
      if (form === undefined) throw new TypeError("kind names no record");
      return form.fromJson(json);
    },
  };
}

function isUnionOfRecords(type: Schema): boolean {
  return Array.isArray(type) && type.filter((branch) => branch !== "null").length > 1;
}
