import type { Cause } from "@titan/domain";
import type { ByteSink } from "./byte-sink.ts";
import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/** Writes a value as its schema says; throws `TypeError` for what is no value of it. */
export type Write = (value: unknown, sink: ByteSink) => void;

/** Beyond these the readers of Avro in JavaScript refuse a number. */
const LONG_MAX = 9_007_199_254_740_990;
const HASH_MAX = 2n ** 64n - 1n;

/** What writes the records of a schema. A field that has a default may be left out. */
export function compileWriter(schema: RecordSchema): Write {
  return compile(schema as CompoundSchema, new Map());
}

function compile(schema: Schema, named: Map<string, Write>): Write {
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
    case "enum": {
      const write = symbol(compound.symbols ?? []);
      named.set(compound.name ?? "", write);
      return write;
    }
    case "fixed":
      named.set(compound.name ?? "", hash);
      return hash;
    default:
      return compile(compound.type, named);
  }
}

function refused(value: unknown, wanted: string): TypeError {
  return new TypeError(`${value === null ? "null" : typeof value} is no ${wanted}`);
}

const text: Write = (value, sink) => {
  if (typeof value !== "string") throw refused(value, "string");
  sink.text(value);
};
const long: Write = (value, sink) => {
  if (!Number.isInteger(value) || Math.abs(value as number) > LONG_MAX) {
    throw refused(value, "long");
  }
  sink.long(value as number);
};
const int: Write = (value, sink) => {
  if (value !== ((value as number) | 0)) throw refused(value, "int");
  sink.long(value);
};
const boolean: Write = (value, sink) => {
  if (typeof value !== "boolean") throw refused(value, "boolean");
  sink.byte(value ? 1 : 0);
};
const bytes: Write = (value, sink) => {
  if (!(value instanceof Uint8Array)) throw refused(value, "bytes");
  sink.long(value.length);
  sink.put(value);
};
const nothing: Write = (value) => {
  if (value !== null) throw refused(value, "null");
};
/** The one fixed type that there is. */
const hash: Write = (value, sink) => {
  if (typeof value !== "bigint" || value < 0n || value > HASH_MAX) throw refused(value, "hash");
  sink.hash(value);
};

function primitive(name: string, named: Map<string, Write>): Write {
  switch (name) {
    case "string":
      return text;
    case "bytes":
      return bytes;
    case "null":
      return nothing;
    case "boolean":
      return boolean;
    case "int":
      return int;
    case "long":
      return long;
    default:
      // A name that is used inside its own definition is looked up when it is needed.
      return (
        named.get(name) ??
        ((value, sink) => {
          const write = named.get(name);
          if (write === undefined) throw new Error(`no schema is called ${name}`);
          write(value, sink);
        })
      );
  }
}

function symbol(symbols: readonly string[]): Write {
  return (value, sink) => {
    const index = symbols.indexOf(value as string);
    if (index < 0) throw refused(value, "symbol");
    sink.long(index);
  };
}

/** Of several records the value has its branch as the one key of an object. */
function union(branches: readonly Schema[], named: Map<string, Write>): Write {
  const writes = branches.map((branch) => compile(branch, named));
  const nullAt = branches.indexOf("null");
  if (nullAt >= 0 && branches.length === 2) {
    const only = writes[1 - nullAt] ?? nothing;
    return (value, sink) => {
      sink.long(value === null ? nullAt : 1 - nullAt);
      if (value !== null) only(value, sink);
    };
  }
  const names = branches.map(branchName);
  return (value, sink) => {
    const [name = "", content] = value === null ? ["null", null] : onlyEntry(value);
    const index = names.indexOf(name);
    if (index < 0) throw refused(value, "branch");
    sink.long(index);
    writes[index]?.(content, sink);
  };
}

function onlyEntry(value: unknown): readonly [name?: string, content?: unknown] {
  if (typeof value !== "object") return [];
  const entries = Object.entries(value as object);
  return entries.length === 1 ? (entries[0] ?? []) : [];
}

function branchName(schema: Schema): string {
  if (schema === "null") return schema;
  return `titan.${typeof schema === "string" ? schema : ((schema as CompoundSchema).name ?? "")}`;
}

/** The items of a list as the bytes that a writer of theirs made. */
export class WrittenItems {
  readonly count: number;
  readonly bytes: Uint8Array;

  constructor(count: number, bytes: Uint8Array) {
    this.count = count;
    this.bytes = bytes;
  }
}

function array(item: Write): Write {
  return (value, sink) => {
    if (value instanceof WrittenItems) {
      if (value.count > 0) {
        sink.long(value.count);
        sink.put(value.bytes);
      }
      sink.byte(0);
      return;
    }
    if (!Array.isArray(value)) throw refused(value, "array");
    const elements = value as readonly unknown[];
    if (elements.length > 0) {
      sink.long(elements.length);
      for (const element of elements) item(element, sink);
    }
    sink.byte(0);
  };
}

function map(item: Write): Write {
  return (value, sink) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw refused(value, "map");
    }
    const entries = value as Readonly<Record<string, unknown>>;
    const keys = Object.keys(entries);
    if (keys.length > 0) {
      sink.long(keys.length);
      for (const key of keys) {
        sink.text(key);
        item(entries[key], sink);
      }
    }
    sink.byte(0);
  };
}

/** What is most of many records is written by names that are known here, if it has them all. */
export const writeCause: Write = (value, sink) => {
  if (typeof value !== "object" || value === null) throw refused(value, "cause");
  const { kind, key, revision } = value as Partial<Cause>;
  text(kind, sink);
  text(key, sink);
  long(revision, sink);
};
const CAUSE_FIELDS = JSON.stringify([
  ["kind", "string"],
  ["key", "string"],
  ["revision", "long"],
]);

function record(schema: CompoundSchema, named: Map<string, Write>): Write {
  const shape = (schema.fields ?? []).map(({ name, type, default: byDefault }) =>
    byDefault === undefined ? [name, type] : [name, type, byDefault],
  );
  if (JSON.stringify(shape) === CAUSE_FIELDS) {
    named.set(schema.name ?? "", writeCause);
    return writeCause;
  }
  const fields: { readonly name: string; readonly write: Write; readonly byDefault: unknown }[] =
    [];
  const write: Write = (value, sink) => {
    if (typeof value !== "object" || value === null) throw refused(value, schema.name ?? "record");
    const object = value as Readonly<Record<string, unknown>>;
    for (const field of fields) {
      const content = object[field.name];
      field.write(content === undefined ? field.byDefault : content, sink);
    }
  };
  named.set(schema.name ?? "", write);
  for (const { name, type, default: byDefault } of schema.fields ?? []) {
    fields.push({ name, write: compile(type, named), byDefault });
  }
  return write;
}
