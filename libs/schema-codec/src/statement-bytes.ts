import type avsc from "avsc";
import { compileToBuffers, type ToBuffers } from "./buffers.ts";
import { CodecError, newestSchema, typeOf, wireHeader } from "./codec.ts";
import { projectionOf } from "./projection.ts";
import type { RecordTypes, StatementName } from "./record-name.ts";

/**
 * The fields of a statement's record, in the order in which they stand there. What is before and
 * after a change is the largest part of a record, and it is the same in two of them: as `current`
 * now, as `previous` next time. Whoever keeps the bytes writes them once.
 */
const PARTS = {
  head: ["revision", "index", "op"],
  previous: ["previous"],
  current: ["current"],
  tail: ["hash", "changeId", "actor", "reason", "occurredAt", "causes", "processorVersion"],
} as const;

interface Part {
  readonly type: avsc.Type;
  readonly toBuffers: ToBuffers | undefined;
}

type Parts = Readonly<Record<keyof typeof PARTS, Part>> & { readonly header: Uint8Array };

const SCRATCH_BYTES = 64 * 1024;
const partsByName = new Map<StatementName, Parts>();
let scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
/** Each apart from the others, so that bytes of parts can be given to `encodeStatement`. */
const partScratch = {
  previous: Buffer.allocUnsafe(SCRATCH_BYTES),
  current: Buffer.allocUnsafe(SCRATCH_BYTES),
};

/** The bytes of a `current` in a record of the newest schema. To be read before this is called again. */
export function encodeCurrent(name: StatementName, current: unknown): Uint8Array {
  return encodePart(partsOf(name).current, "current", { current });
}

/** The bytes of a `previous` in a record of the newest schema. To be read before this is called again. */
export function encodePrevious(name: StatementName, previous: unknown): Uint8Array {
  return encodePart(partsOf(name).previous, "previous", { previous });
}

/** What `encodeCurrent` made bytes of. */
export function decodeCurrent(name: StatementName, bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { current } = partsOf(name).current.type.decode(buffer).value as { current: unknown };
  return current;
}

/** As `encode`, of a record whose `previous` and `current` are bytes already. */
export function encodeStatement(
  name: StatementName,
  record: Omit<RecordTypes[StatementName], "previous" | "current">,
  previous: Uint8Array,
  current: Uint8Array,
): Uint8Array {
  const { header, head, tail } = partsOf(name);
  const middle = previous.length + current.length;
  for (;;) {
    scratch.set(header);
    let end = head.type.encode(record, scratch, header.length);
    if (end > 0 && end + middle <= scratch.length) {
      scratch.set(previous, end);
      scratch.set(current, end + previous.length);
      end = tail.type.encode(record, scratch, end + middle);
      if (end > 0) return new Uint8Array(scratch.subarray(0, end));
    }
    scratch = Buffer.allocUnsafe((scratch.length + middle) * 2);
  }
}

function encodePart(
  { type, toBuffers }: Part,
  where: keyof typeof partScratch,
  value: unknown,
): Uint8Array {
  try {
    const raw = toBuffers === undefined ? value : toBuffers(value);
    let end = type.encode(raw, partScratch[where], 0);
    if (end < 0) {
      partScratch[where] = Buffer.allocUnsafe(partScratch[where].length - end);
      end = type.encode(raw, partScratch[where], 0);
    }
    const { buffer, byteOffset } = partScratch[where];
    return new Uint8Array(buffer, byteOffset, end);
  } catch (error) {
    throw new CodecError("wrong-fields", `not a part of a record: ${String(error)}`, error);
  }
}

function partsOf(name: StatementName): Parts {
  let parts = partsByName.get(name);
  if (parts === undefined) {
    const schema = newestSchema(name);
    const part = (fields: readonly string[]): Part => {
      const some = projectionOf(schema, fields);
      return { type: typeOf(some), toBuffers: compileToBuffers(some) };
    };
    parts = {
      header: wireHeader(name),
      head: part(PARTS.head),
      previous: part(PARTS.previous),
      current: part(PARTS.current),
      tail: part(PARTS.tail),
    };
    partsByName.set(name, parts);
  }
  return parts;
}
