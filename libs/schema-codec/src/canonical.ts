import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * Text that is equal for equal values, whatever version of the schema they were written with:
 * JSON with the fields and the map keys in order, and fields that equal their default left out,
 * so that a field that is added with a default changes no hash (DESIGN.md section 2).
 */
export type Canonical = (value: unknown) => string;

export function compileCanonical(schema: RecordSchema, fieldName: string): Canonical {
  const named = new Map<string, Canonical>();
  let found: Canonical | undefined;
  for (const field of schema.fields) {
    const canonical = compile(field.type, named);
    if (field.name === fieldName) found = canonical;
  }
  if (found === undefined) throw new Error(`${schema.name} has no field ${fieldName}`);
  return found;
}

function compile(schema: Schema, named: Map<string, Canonical>): Canonical {
  if (typeof schema === "string") return primitive(schema, named);
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named);
  const compound = schema as CompoundSchema;
  switch (compound.type) {
    case "record":
      return record(compound, named);
    case "array":
      return array(compile(compound.items ?? "null", named));
    case "map":
      return map(compile(compound.values ?? "null", named));
    case "enum":
      return quoted;
    case "fixed":
      named.set(compound.name ?? "", hexadecimal);
      return hexadecimal;
    default:
      return compile(compound.type, named);
  }
}

/** Most texts are names: nothing in them is written otherwise in JSON. */
const PLAIN_TEXT = /^[\w./:=@+ -]*$/;
const quoted: Canonical = (value) =>
  PLAIN_TEXT.test(value as string) ? `"${value as string}"` : JSON.stringify(value);
const plain: Canonical = (value) => String(value);
const hexadecimal: Canonical = (value) => `"${(value as bigint).toString(16).padStart(16, "0")}"`;
const base64: Canonical = (value) => {
  const bytes = value as Uint8Array;
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")}"`;
};

function primitive(name: string, named: Map<string, Canonical>): Canonical {
  switch (name) {
    case "string":
      return quoted;
    case "bytes":
      return base64;
    case "null":
    case "boolean":
    case "int":
    case "long":
      return plain;
    default:
      // A name that is used inside its own definition is looked up when it is needed.
      return (value) => {
        const canonical = named.get(name);
        if (canonical === undefined) throw new Error(`no schema is called ${name}`);
        return canonical(value);
      };
  }
}

function union(branches: readonly Schema[], named: Map<string, Canonical>): Canonical {
  const others = branches.filter((branch) => branch !== "null").map((b) => compile(b, named));
  const only = others[0];
  if (only === undefined || others.length > 1) {
    return () => {
      throw new Error("a value with several possible shapes has no canonical form");
    };
  }
  return (value) => (value === null || value === undefined ? "null" : only(value));
}

function array(item: Canonical): Canonical {
  return (value) => {
    let text = "[";
    for (const element of value as readonly unknown[]) {
      text += text === "[" ? item(element) : `,${item(element)}`;
    }
    return `${text}]`;
  };
}

function map(item: Canonical): Canonical {
  return (value) => {
    const entries = value as Readonly<Record<string, unknown>>;
    let text = "{";
    for (const key of Object.keys(entries).sort()) {
      text += `${text === "{" ? "" : ","}${JSON.stringify(key)}:${item(entries[key])}`;
    }
    return `${text}}`;
  };
}

function record(schema: CompoundSchema, named: Map<string, Canonical>): Canonical {
  const fields: { name: string; label: string; canonical: Canonical; byDefault: string | null }[] =
    [];
  const canonical: Canonical = (value) => {
    const object = value as Readonly<Record<string, unknown>>;
    let text = "{";
    for (const field of fields) {
      const part = field.canonical(object[field.name]);
      if (part === field.byDefault) continue;
      text += text === "{" ? field.label + part : `,${field.label}${part}`;
    }
    return `${text}}`;
  };
  named.set(schema.name ?? "", canonical);
  for (const field of [...(schema.fields ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const ofField = compile(field.type, named);
    fields.push({
      name: field.name,
      label: `${JSON.stringify(field.name)}:`,
      canonical: ofField,
      byDefault: field.default === undefined ? null : ofField(field.default),
    });
  }
  return canonical;
}
