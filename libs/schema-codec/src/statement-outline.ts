import { CodecError, HEADER_BYTES, readerOf } from "./codec.ts";
import type { RecordName } from "./record-name.ts";

/** What bytes say that hold a statement, without a value of what is current. */
export class StatementOutline {
  readonly name: RecordName;
  readonly revision: number;
  readonly hash: bigint;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  /** Where the bytes of `current` end; zero in a record of an older schema. */
  readonly #to: number;

  constructor(
    name: RecordName,
    revision: number,
    hash: bigint,
    bytes: Uint8Array,
    from: number,
    to: number,
  ) {
    this.name = name;
    this.revision = revision;
    this.hash = hash;
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /**
   * The bytes of `current`, if the record has the newest schema: then `decodeCurrent` reads them. A
   * view that is made when it is asked for: to hold one would cost more than the rest of this.
   */
  get current(): Uint8Array | undefined {
    return this.#to === 0 ? undefined : this.#bytes.subarray(this.#from, this.#to);
  }
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
    const hash = hashView.getBigUint64(0);
    const to = resolver === undefined ? currentTo : 0;
    return new StatementOutline(name, revision, hash, bytes, currentFrom, to);
  } catch (error) {
    throw new CodecError("wrong-fields", `the bytes are no ${name}`, error);
  }
}
