import { compileWalk, type Walk } from "./byte-check.ts";
import type { ByteCursor } from "./byte-cursor.ts";
import type { ByteSink } from "./byte-sink.ts";
import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * Writes text that is equal for equal values, whatever version of the schema they were written with:
 * JSON with the fields and the map keys in order, and fields that equal their default left out,
 * so that a field that is added with a default changes no hash (DESIGN.md section 2). It is made
 * of the bytes of the value, which whoever writes a record has anyway.
 */
export type Canonical = (from: ByteCursor, to: ByteSink) => void;

interface Named {
  readonly canonicals: Map<string, Canonical>;
  readonly walks: Map<string, Walk>;
}

/** Of a field of a record. The bytes are those that a writer of this schema made. */
export function compileCanonical(schema: RecordSchema, fieldName: string): Canonical {
  const named: Named = { canonicals: new Map(), walks: new Map() };
  let found: Canonical | undefined;
  for (const field of schema.fields) {
    const canonical = compile(field.type, named);
    if (field.name === fieldName) found = canonical;
  }
  if (found === undefined) throw new Error(`${schema.name} has no field ${fieldName}`);
  const canonical = found;
  return (from, to) => {
    placesInUse = 0;
    canonical(from, to);
  };
}

function compile(schema: Schema, named: Named): Canonical {
  if (typeof schema === "string") return primitive(schema, named);
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named);
  const compound = schema as CompoundSchema;
  switch (compound.type) {
    case "record":
      return record(compound, named);
    case "array":
      return array(compile(compound.items ?? "null", named));
    case "map":
      return map(
        compile(compound.values ?? "null", named),
        compileWalk(compound.values ?? "null", named.walks),
      );
    case "enum": {
      const symbols = compound.symbols ?? [];
      const canonical: Canonical = (from, to) => to.quoted(symbols[from.long()] ?? "");
      named.canonicals.set(compound.name ?? "", canonical);
      return canonical;
    }
    case "fixed":
      named.canonicals.set(compound.name ?? "", hexadecimal(compound.size ?? 0));
      return hexadecimal(compound.size ?? 0);
    default:
      return compile(compound.type, named);
  }
}

const encoder = new TextEncoder();
const [NULL, FALSE, TRUE] = ["null", "false", "true"].map((text) => encoder.encode(text)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
/** The texts of lower bytes have the same order as bytes and as JavaScript compares them. */
const BYTE_MAX = 0xed;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const quoted: Canonical = (from, to) => {
  const length = from.long();
  const at = from.skip(length);
  to.quotedBytes(from.bytes, at, at + length);
};
const boolean: Canonical = (from, to) => to.put(from.byte() === 0 ? FALSE : TRUE);
const number: Canonical = (from, to) => to.utf8(String(from.long()));
const base64: Canonical = (from, to) => to.utf8(`"${from.take(from.long()).toString("base64")}"`);
const hexadecimal =
  (size: number): Canonical =>
  (from, to) =>
    to.utf8(`"${from.take(size).toString("hex")}"`);

function primitive(name: string, named: Named): Canonical {
  switch (name) {
    case "string":
      return quoted;
    case "bytes":
      return base64;
    case "null":
      return (_from, to) => to.put(NULL);
    case "boolean":
      return boolean;
    case "int":
    case "long":
      return number;
    default:
      // A name that is used inside its own definition is looked up when it is needed.
      return (from, to) => {
        const canonical = named.canonicals.get(name);
        if (canonical === undefined) throw new Error(`no schema is called ${name}`);
        canonical(from, to);
      };
  }
}

function union(branches: readonly Schema[], named: Named): Canonical {
  const canonicals = branches.map((branch) => compile(branch, named));
  if (branches.filter((branch) => branch !== "null").length !== 1) {
    return () => {
      throw new Error("a value with several possible shapes has no canonical form");
    };
  }
  return (from, to) => canonicals[from.long()]?.(from, to);
}

function array(item: Canonical): Canonical {
  return (from, to) => {
    to.byte(OPEN_LIST);
    let isFirst = true;
    for (let count = from.block(); count > 0; count = from.block()) {
      for (; count > 0; count -= 1) {
        if (!isFirst) to.byte(COMMA);
        isFirst = false;
        item(from, to);
      }
    }
    to.byte(CLOSE_LIST);
  };
}

function map(item: Canonical, walk: Walk): Canonical {
  return (from, to) => {
    const start = from.at;
    to.byte(OPEN);
    const { length } = to;
    if (!putInOrder(item, from, to)) {
      from.moveTo(start);
      to.clear(length);
      putSorted(item, walk, from, to);
    }
    to.byte(CLOSE);
  };
}

/** Writes the entries of a map as they come; false when their keys are not in order. */
function putInOrder(item: Canonical, from: ByteCursor, to: ByteSink): boolean {
  const { bytes } = from;
  let [before, beforeEnd] = [-1, -1];
  for (let count = from.block(); count > 0; count = from.block()) {
    for (; count > 0; count -= 1) {
      const length = from.long();
      const key = from.skip(length);
      const end = key + length;
      if (before >= 0) {
        if (!isBefore(bytes, before, beforeEnd, key, end)) return false;
        to.byte(COMMA);
      }
      to.quotedBytes(bytes, key, end);
      to.byte(COLON);
      item(from, to);
      [before, beforeEnd] = [key, end];
    }
  }
  return true;
}

/** Whether one text surely comes before another, in the order of JavaScript, which differs from that of the bytes beyond `BYTE_MAX`. */
function isBefore(
  bytes: Uint8Array,
  one: number,
  oneEnd: number,
  other: number,
  end: number,
): boolean {
  for (let at = 0; other + at < end; at += 1) {
    if (one + at === oneEnd) return true;
    const [left, right] = [bytes[one + at] ?? 0, bytes[other + at] ?? 0];
    if (left !== right) return left < right && right <= BYTE_MAX;
  }
  return false;
}

function putSorted(item: Canonical, walk: Walk, from: ByteCursor, to: ByteSink): void {
  const entries: { readonly key: string; readonly at: number }[] = [];
  for (let count = from.block(); count > 0; count = from.block()) {
    for (; count > 0; count -= 1) {
      entries.push({ key: from.take(from.long()).toString(), at: from.at });
      walk(from);
    }
  }
  const end = from.at;
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const [index, { key, at }] of entries.entries()) {
    if (index > 0) to.byte(COMMA);
    to.quoted(key);
    to.byte(COLON);
    from.moveTo(at);
    item(from, to);
  }
  from.moveTo(end);
}

interface CanonicalField {
  readonly name: string;
  /** Its place among the fields of the bytes. */
  readonly index: number;
  /** With what stands before it where it is the first, and where it is not. */
  readonly asFirst: Uint8Array;
  readonly asNext: Uint8Array;
  readonly canonical: Canonical;
  readonly byDefault: Uint8Array | undefined;
}

/** Where the fields of the records lie that are being written, those of an outer one first. */
const places: number[] = [];
let placesInUse = 0;

function record(schema: CompoundSchema, named: Named): Canonical {
  const walks: Walk[] = [];
  const sorted: CanonicalField[] = [];
  const canonical: Canonical = (from, to) => {
    const first = placesInUse;
    for (const walk of walks) {
      places[placesInUse++] = from.at;
      walk(from);
    }
    const end = from.at;
    let isFirst = true;
    for (const { index, asFirst, asNext, canonical: ofField, byDefault } of sorted) {
      const before = to.length;
      to.put(isFirst ? asFirst : asNext);
      const { length } = to;
      from.moveTo(places[first + index] ?? end);
      ofField(from, to);
      if (byDefault !== undefined && to.endsWith(byDefault, length)) to.clear(before);
      else isFirst = false;
    }
    if (isFirst) to.byte(OPEN);
    to.byte(CLOSE);
    placesInUse = first;
    from.moveTo(end);
  };
  named.canonicals.set(schema.name ?? "", canonical);
  for (const [index, { name, type, default: byDefault }] of (schema.fields ?? []).entries()) {
    walks.push(compileWalk(type, named.walks));
    sorted.push({
      name,
      index,
      asFirst: encoder.encode(`{${JSON.stringify(name)}:`),
      asNext: encoder.encode(`,${JSON.stringify(name)}:`),
      canonical: compile(type, named),
      byDefault: byDefault === undefined ? undefined : defaultText(name, byDefault),
    });
  }
  sorted.sort((a, b) => (a.name < b.name ? -1 : 1));
  return canonical;
}

/** A default is JSON, so it stands in a schema as it would here, unless it has parts. */
function defaultText(name: string, value: unknown): Uint8Array {
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    throw new Error(`the default of ${name} has parts`);
  }
  return encoder.encode(JSON.stringify(value));
}
