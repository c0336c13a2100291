import { ByteCursor } from "./byte-cursor.ts";
import type { CompoundSchema, FieldSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * Walks bytes as a schema says, without making values, and throws `RangeError` unless they are
 * exactly one record. The reader of `avsc` believes every count that it meets: thirty bytes that
 * announce a list of a hundred million items end the process for want of memory, and would do so
 * again at every start.
 */
export type ByteCheck = (bytes: Uint8Array, from: number) => void;

/** Moves over one value. */
export type Walk = (cursor: ByteCursor) => void;

export function compileByteCheck(schema: RecordSchema): ByteCheck {
  const walk = compileWalk(schema as CompoundSchema, new Map());
  return (bytes, from) => {
    const cursor = new ByteCursor(bytes, from);
    walk(cursor);
    if (cursor.left !== 0) throw new RangeError("bytes are left over");
  };
}

/** Where in the bytes of a statement its parts lie. */
export interface Outline {
  readonly revision: number;
  readonly currentFrom: number;
  readonly currentTo: number;
  readonly hashFrom: number;
}

/** As `compileByteCheck`, of the record of a statement; answers where its parts lie. Undefined for other records. */
export function compileOutline(
  schema: RecordSchema,
): ((bytes: Uint8Array, from: number) => Outline) | undefined {
  const named = new Map<string, Walk>();
  const fields = schema.fields.map(({ name, type }) => ({ name, walk: compileWalk(type, named) }));
  const names = new Set(fields.map(({ name }) => name));
  if (!["revision", "current", "hash"].every((name) => names.has(name))) return undefined;
  return (bytes, from) => {
    const cursor = new ByteCursor(bytes, from);
    let [revision, currentFrom, currentTo, hashFrom] = [0, 0, 0, 0];
    for (const { name, walk } of fields) {
      if (name === "revision") {
        revision = cursor.long();
        continue;
      }
      if (name === "current") currentFrom = cursor.at;
      else if (name === "hash") hashFrom = cursor.at;
      walk(cursor);
      if (name === "current") currentTo = cursor.at;
    }
    if (cursor.left !== 0) throw new RangeError("bytes are left over");
    return { revision, currentFrom, currentTo, hashFrom };
  };
}

export function compileWalk(schema: Schema, named: Map<string, Walk>): Walk {
  if (typeof schema === "string") return primitive(schema, named);
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named);
  const compound = schema as CompoundSchema;
  switch (compound.type) {
    case "record": {
      const parts: Walk[] = [];
      const walk: Walk = (cursor) => {
        for (const part of parts) part(cursor);
      };
      named.set(compound.name ?? "", walk);
      parts.push(...walksOf(compound.fields ?? [], named));
      return walk;
    }
    case "array":
      if (isText(compound.items)) return blocks((cursor, count) => cursor.skipTexts(count));
      return blocks(each(compileWalk(compound.items ?? "null", named)));
    case "map": {
      const value = compileWalk(compound.values ?? "null", named);
      if (isText(compound.values)) return blocks((cursor, count) => cursor.skipTexts(2 * count));
      return blocks(
        each((cursor) => {
          cursor.skipTexts(1);
          value(cursor);
        }),
      );
    }
    case "enum": {
      const count = compound.symbols?.length ?? 0;
      const walk: Walk = (cursor) => {
        const index = cursor.long();
        if (index < 0 || index >= count) throw new RangeError("there is no such symbol");
      };
      named.set(compound.name ?? "", walk);
      return walk;
    }
    case "fixed": {
      const size = compound.size ?? 0;
      const walk: Walk = (cursor) => void cursor.skip(size);
      named.set(compound.name ?? "", walk);
      return walk;
    }
    default:
      return compileWalk(compound.type, named);
  }
}

function isText(schema: Schema | undefined): boolean {
  return schema === "string" || schema === "bytes";
}

/** Over fields; texts that follow one another are one part. */
function walksOf(fields: readonly FieldSchema[], named: Map<string, Walk>): readonly Walk[] {
  const walks: Walk[] = [];
  let texts = 0;
  for (const [at, { type }] of fields.entries()) {
    if (!isText(type)) {
      walks.push(compileWalk(type, named));
      continue;
    }
    texts += 1;
    if (isText(fields[at + 1]?.type)) continue;
    const count = texts;
    walks.push((cursor) => cursor.skipTexts(count));
    texts = 0;
  }
  return walks;
}

function primitive(name: string, named: Map<string, Walk>): Walk {
  switch (name) {
    case "null":
      return () => {};
    case "boolean":
      return (cursor) => void cursor.skip(1);
    case "int":
    case "long":
      return (cursor) => cursor.skipLong();
    case "float":
      return (cursor) => void cursor.skip(4);
    case "double":
      return (cursor) => void cursor.skip(8);
    case "string":
    case "bytes":
      return (cursor) => cursor.skipTexts(1);
    default:
      // A name that is used inside its own definition is looked up when it is needed.
      return (
        named.get(name) ??
        ((cursor) => {
          const walk = named.get(name);
          if (walk === undefined) throw new Error(`no schema is called ${name}`);
          walk(cursor);
        })
      );
  }
}

function union(branches: readonly Schema[], named: Map<string, Walk>): Walk {
  const walks = branches.map((branch) => compileWalk(branch, named));
  return (cursor) => {
    const walk = walks[cursor.long()];
    if (walk === undefined) throw new RangeError("there is no such branch");
    walk(cursor);
  };
}

function each(item: Walk): (cursor: ByteCursor, count: number) => void {
  return (cursor, count) => {
    for (let at = 0; at < count; at += 1) item(cursor);
  };
}

/**
 * Every item takes a byte at least, so a count above what is left is a lie. A size, if the block has
 * one, must be true: a reader that leaves the list out believes it, and a negative one would send
 * it back for ever.
 */
function blocks(items: (cursor: ByteCursor, count: number) => void): Walk {
  return (cursor) => {
    for (;;) {
      const announced = cursor.long();
      if (announced === 0) return;
      const count = Math.abs(announced);
      const bytes = announced < 0 ? cursor.long() : undefined;
      const from = cursor.at;
      if (count > cursor.left) throw new RangeError("more items are announced than fit");
      items(cursor, count);
      if (bytes !== undefined && cursor.at - from !== bytes) {
        throw new RangeError("a block has another size than it says");
      }
    }
  };
}
