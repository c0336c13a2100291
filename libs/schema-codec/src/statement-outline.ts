import { CodecError, HEADER_BYTES, readerOf } from "./codec.ts";
import type { RecordName } from "./record-name.ts";

/** What bytes say that hold a statement, without a value of what is current. */
export interface StatementOutline {
  readonly name: RecordName;
  readonly revision: number;
  readonly hash: bigint;
  /** The bytes of `current`, if the record has the newest schema: then `decodeCurrent` reads them. */
  readonly current: Uint8Array | undefined;
}

const HASH_BYTES = 8;
const hashBytes = new Uint8Array(HASH_BYTES);
const hashView = new DataView(hashBytes.buffer);

/** Checks all of the bytes. Throws `CodecError` for what is not exactly one record, or no statement. */
export function outlineOf(bytes: Uint8Array): StatementOutline {
  const { name, resolver, outline } = readerOf(bytes);
  if (outline === undefined) throw new CodecError("wrong-record", `a ${name} is not a statement`);
  try {
    const { revision, currentFrom, currentTo, hashFrom } = outline(bytes, HEADER_BYTES);
    for (let at = 0; at < HASH_BYTES; at += 1) hashBytes[at] = bytes[hashFrom + at] ?? 0;
    const isNewest = resolver === undefined;
    return {
      name,
      revision,
      hash: hashView.getBigUint64(0),
      current: isNewest ? bytes.subarray(currentFrom, currentTo) : undefined,
    };
  } catch (error) {
    throw new CodecError("wrong-fields", `the bytes are no ${name}`, error);
  }
}
