import xxhash from "xxhash-wasm";
import { ByteCursor } from "./byte-cursor.ts";
import { ByteSink } from "./byte-sink.ts";
import { compileCanonical, type Canonical } from "./canonical.ts";
import { newestSchema } from "./codec.ts";
import type { RecordTypes, StatementName } from "./record-name.ts";
import { encodeCurrent } from "./statement-bytes.ts";

const hasher = await xxhash();
const SCRATCH_BYTES = 64 * 1024;
const scratch = new ByteSink(SCRATCH_BYTES);
const LINE_END = 0x0a;
const NOTHING = new Uint8Array(1);
const cursor = new ByteCursor(NOTHING, 0);

const canonicals = new Map<StatementName, Canonical>();

function canonicalOf(name: StatementName): Canonical {
  let canonical = canonicals.get(name);
  if (canonical === undefined) {
    canonical = compileCanonical(newestSchema(name), "current");
    canonicals.set(name, canonical);
  }
  return canonical;
}

type Current<N extends StatementName> = RecordTypes[N]["current"];

/**
 * The hash of a derived record: 64-bit xxHash over key and canonical `current`; zero for a
 * DELETE, which adds nothing to a sum (PROTOCOL.md section 1). Throws `CodecError` for what is no
 * such value.
 */
export function derivedHash<N extends StatementName>(
  name: N,
  key: string,
  current: Current<N>,
): bigint {
  return derivedHashOf(name, key, encodeCurrent(name, current));
}

/** As `derivedHash`, of what `encodeCurrent` made of the value. */
export function derivedHashOf(name: StatementName, key: string, current: Uint8Array): bigint {
  return current[0] === 0 ? 0n : hashOf(name, key, undefined, current);
}

/** The hash of a noun record covers its label too, and a DELETE has one like any other record. */
export function nounHash<N extends StatementName>(
  name: N,
  key: string,
  revision: number,
  current: Current<N>,
): bigint {
  return nounHashOf(name, key, revision, encodeCurrent(name, current));
}

/** As `nounHash`, of what `encodeCurrent` made of the value. */
export function nounHashOf(
  name: StatementName,
  key: string,
  revision: number,
  current: Uint8Array,
): bigint {
  return hashOf(name, key, revision, current);
}

function hashOf(
  name: StatementName,
  key: string,
  revision: number | undefined,
  current: Uint8Array,
): bigint {
  scratch.clear();
  scratch.utf8(key);
  scratch.byte(LINE_END);
  if (revision !== undefined) scratch.utf8(`${revision}\n`);
  cursor.begin(current, 0);
  canonicalOf(name)(cursor, scratch);
  cursor.begin(NOTHING, 0);
  return hasher.h64Raw(scratch.view());
}
