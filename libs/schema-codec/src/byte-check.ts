import type { CompoundSchema, RecordSchema, Schema } from "./schema-files.ts";

/**
 * Walks bytes as a schema says, without making values, and throws `RangeError` unless they are
 * exactly one record. The reader of `avsc` believes every count that it meets: thirty bytes that
 * announce a list of a hundred million items end the process for want of memory, and would do so
 * again at every start.
 */
export type ByteCheck = (bytes: Uint8Array, from: number) => void;

/** Moves over one value. */
type Walk = (cursor: Cursor) => void;

const VARINT_BYTES_MAX = 10;

export function compileByteCheck(schema: RecordSchema): ByteCheck {
  const walk = compile(schema as CompoundSchema, new Map());
  return (bytes, from) => {
    const cursor = new Cursor(bytes, from);
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
  const fields = schema.fields.map(({ name, type }) => ({ name, walk: compile(type, named) }));
  const names = new Set(fields.map(({ name }) => name));
  if (!["revision", "current", "hash"].every((name) => names.has(name))) return undefined;
  return (bytes, from) => {
    const cursor = new Cursor(bytes, from);
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

class Cursor {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#at = from;
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  skip(count: number): void {
    if (!(count >= 0 && count <= this.left)) throw new RangeError("the bytes end too early");
    this.#at += count;
  }

  skipLong(): void {
    for (let length = 1; length <= VARINT_BYTES_MAX; length += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new RangeError("the bytes end too early");
      this.#at += 1;
      if (byte < 0x80) return;
    }
    throw new RangeError("a number has too many bytes");
  }

  /** Exact up to 2^53, which is far above any count that fits. */
  long(): number {
    const from = this.#at;
    this.skipLong();
    let zigzag = 0;
    for (let at = this.#at - 1; at >= from; at -= 1) {
      zigzag = zigzag * 128 + ((this.#bytes[at] ?? 0) & 0x7f);
    }
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
}

function compile(schema: Schema, named: Map<string, Walk>): Walk {
  if (typeof schema === "string") return primitive(schema, named);
  if (Array.isArray(schema)) return union(schema as readonly Schema[], named);
  const compound = schema as CompoundSchema;
  switch (compound.type) {
    case "record": {
      const fields: Walk[] = [];
      const walk: Walk = (cursor) => {
        for (const field of fields) field(cursor);
      };
      named.set(compound.name ?? "", walk);
      for (const { type } of compound.fields ?? []) fields.push(compile(type, named));
      return walk;
    }
    case "array":
      return blocks(compile(compound.items ?? "null", named));
    case "map": {
      const value = compile(compound.values ?? "null", named);
      return blocks((cursor) => {
        text(cursor);
        value(cursor);
      });
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
      const walk: Walk = (cursor) => cursor.skip(size);
      named.set(compound.name ?? "", walk);
      return walk;
    }
    default:
      return compile(compound.type, named);
  }
}

const text: Walk = (cursor) => cursor.skip(cursor.long());

function primitive(name: string, named: Map<string, Walk>): Walk {
  switch (name) {
    case "null":
      return () => {};
    case "boolean":
      return (cursor) => cursor.skip(1);
    case "int":
    case "long":
      return (cursor) => cursor.skipLong();
    case "float":
      return (cursor) => cursor.skip(4);
    case "double":
      return (cursor) => cursor.skip(8);
    case "string":
    case "bytes":
      return text;
    default:
      // A name that is used inside its own definition is looked up when it is needed.
      return (cursor) => {
        const walk = named.get(name);
        if (walk === undefined) throw new Error(`no schema is called ${name}`);
        walk(cursor);
      };
  }
}

function union(branches: readonly Schema[], named: Map<string, Walk>): Walk {
  const walks = branches.map((branch) => compile(branch, named));
  return (cursor) => {
    const walk = walks[cursor.long()];
    if (walk === undefined) throw new RangeError("there is no such branch");
    walk(cursor);
  };
}

/**
 * Every item takes a byte at least, so a count above what is left is a lie. A size, if the block has
 * one, must be true: a reader that leaves the list out believes it, and a negative one would send
 * it back for ever.
 */
function blocks(item: Walk): Walk {
  return (cursor) => {
    for (;;) {
      const announced = cursor.long();
      if (announced === 0) return;
      const count = Math.abs(announced);
      const bytes = announced < 0 ? cursor.long() : undefined;
      const from = cursor.at;
      if (count > cursor.left) throw new RangeError("more items are announced than fit");
      for (let at = 0; at < count; at += 1) item(cursor);
      if (bytes !== undefined && cursor.at - from !== bytes) {
        throw new RangeError("a block has another size than it says");
      }
    }
  };
}
