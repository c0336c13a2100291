import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * A record as plain JSON and back: hashes as sixteen hexadecimal digits, bytes as base64.
 * It is what `titan replay` prints and what the gateway streams.
 */
export interface JsonForm {
  toJson(value: unknown): unknown;
  fromJson(json: unknown): unknown;
}

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
  fromJson: (json) => Buffer.from(json as string, "base64"),
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
  const fields: { name: string; form: JsonForm; byDefault: unknown }[] = [];
  const form: JsonForm = {
    toJson: (value) => {
      const object = value as Readonly<Record<string, unknown>>;
      const json: Record<string, unknown> = {};
      for (const field of fields) json[field.name] = field.form.toJson(object[field.name]);
      return json;
    },
    fromJson: (json) => {
      if (typeof json !== "object" || json === null) throw new TypeError("expected an object");
      const object = json as Readonly<Record<string, unknown>>;
      const value: Record<string, unknown> = {};
      for (const field of fields) {
        const given = object[field.name];
        value[field.name] =
          given === undefined ? field.byDefault : field.form.fromJson(given);
      }
      return value;
    },
  };
  named.set(schema.name ?? "", form);
  for (const field of schema.fields ?? []) {
    fields.push({ name: field.name, form: compile(field.type, named), byDefault: field.default });
  }
  return form;
}
