import xxhash from "xxhash-wasm";
import { compileCanonical, type Canonical } from "./canonical.ts";
import { readSchema } from "./schema-files.ts";
import type { RecordTypes, StatementName } from "./record-name.ts";

const hasher = await xxhash();
const h64 = (text: string): bigint => hasher.h64(text);

const canonicals = new Map<StatementName, Canonical>();

function canonicalOf(name: StatementName): Canonical {
  let canonical = canonicals.get(name);
  if (canonical === undefined) {
    canonical = compileCanonical(readSchema(`${name}.avsc`), "current");
    canonicals.set(name, canonical);
  }
  return canonical;
}

type Current<N extends StatementName> = RecordTypes[N]["current"];

/**
 * The hash of a derived record: 64-bit xxHash over key and canonical `current`; zero for a
 * DELETE, which adds nothing to a sum (PROTOCOL.md section 1).
 */
export function derivedHash<N extends StatementName>(
  name: N,
  key: string,
  current: Current<N>,
): bigint {
  return current === null ? 0n : h64(`${key}\n${canonicalOf(name)(current)}`);
}

/** The hash of a noun record covers its label too, and a DELETE has one like any other record. */
export function nounHash<N extends StatementName>(
  name: N,
  key: string,
  revision: number,
  current: Current<N>,
): bigint {
  return h64(`${key}\n${revision}\n${canonicalOf(name)(current)}`);
}
