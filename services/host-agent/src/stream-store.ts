import { join } from "node:path";
import { isObject, readByteJson, writeByteJson } from "./byte-json.ts";
import type { Disk } from "./disk.ts";
import { ensureFolder, readSealed, removeDrafts, type Seal, writeSealed } from "./sealed-file.ts";

/** A logical stream as the host acted on it: the bookmark, and the state at that very cut. */
export interface StoredStream<Value> {
  readonly installation: string;
  readonly stream: string;
  /** Of the verified cut. */
  readonly revision: number;
  /** What each key holds at the cut. */
  readonly state: ReadonlyMap<string, Value>;
}

/** `damaged` is to be taken as absent (the stream is read again from the beginning), and reported. */
export type StreamContent<Value> =
  | { readonly kind: "stored"; readonly stored: StoredStream<Value> }
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly reason: string };

const SEAL: Seal = { format: "stream", version: 1 };
const SUFFIX = ".json";
/** What file systems can name, less the suffixes. */
const FILE_NAME_CHARS_MAX = 230;

/**
 * Keeps one file per logical stream (PROTOCOL.md rules 22 and 26). Promises: bookmark and state are
 * kept and forgotten together; after a crash at any instruction the old or the new one is there;
 * what is damaged is absent, never half believed. Fails with `DiskError`, and with `StateError` when
 * a newer agent wrote the file. Left to others: one agent per state folder, and what a value is.
 */
export class StreamStore<Value> {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #decode: (value: unknown) => Value;

  private constructor(disk: Disk, folder: string, decode: (value: unknown) => Value) {
    this.#disk = disk;
    this.#folder = folder;
    this.#decode = decode;
  }

  /** `decode` throws for what is no value; that makes the file damaged. */
  static async open<Value>(
    disk: Disk,
    stateFolder: string,
    decode: (value: unknown) => Value,
  ): Promise<StreamStore<Value>> {
    const folder = join(stateFolder, "streams");
    await ensureFolder(disk, folder);
    await removeDrafts(disk, folder);
    return new StreamStore(disk, folder, decode);
  }

  async load(stream: string): Promise<StreamContent<Value>> {
    const content = await readSealed(this.#disk, this.#fileOf(stream), SEAL);
    if (content.kind !== "found") return content;
    try {
      const stored = this.#parse(content.body);
      if (stored.stream === stream) return { kind: "stored", stored };
      return { kind: "damaged", reason: `it holds the stream ${stored.stream}` };
    } catch (error) {
      return { kind: "damaged", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  save(stored: StoredStream<Value>): Promise<void> {
    const { installation, stream, revision } = stored;
    const state = [...stored.state].sort(([a], [b]) => (a < b ? -1 : 1));
    const body = writeByteJson({ installation, stream, revision, state });
    return writeSealed(this.#disk, this.#fileOf(stream), SEAL, body);
  }

  /** For a stream that is no longer watched. */
  async forget(stream: string): Promise<void> {
    const file = this.#fileOf(stream);
    if ((await this.#disk.lstat(file)) === null) return;
    await this.#disk.unlink(file);
    await this.#disk.syncFolder(this.#folder);
  }

  /** Every stream that has a file, damaged ones too, sorted. */
  async streams(): Promise<readonly string[]> {
    const names = await this.#disk.list(this.#folder);
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => decodeName(name.slice(0, -SUFFIX.length)))
      .sort();
  }

  #fileOf(stream: string): string {
    return join(this.#folder, `${encodeName(stream)}${SUFFIX}`);
  }

  #parse(body: string): StoredStream<Value> {
    const content = readByteJson(body);
    if (!isObject(content)) throw new TypeError("it holds no object");
    const { installation, stream, revision, state } = content;
    if (typeof installation !== "string" || typeof stream !== "string") {
      throw new TypeError("it names no installation or stream");
    }
    if (typeof revision !== "number" || !Number.isSafeInteger(revision)) {
      throw new TypeError("it has no revision");
    }
    if (!Array.isArray(state)) throw new TypeError("it has no state");
    const entries = state.map((row: unknown) => {
      if (!Array.isArray(row) || typeof row[0] !== "string")
        throw new TypeError("a key is no text");
      const [key, value] = row as [string, unknown];
      return [key, this.#decode(value)] as const;
    });
    return { installation, stream, revision, state: new Map(entries) };
  }
}

/** Lower case only, because some file systems take two cases for one name. */
function encodeName(stream: string): string {
  const encoded = Array.from(Buffer.from(stream, "utf8"), (byte, index) => {
    const char = String.fromCharCode(byte);
    const plain = /[a-z0-9_-]/.test(char) || (char === "." && index > 0);
    return plain ? char : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  if (encoded === "" || encoded.length > FILE_NAME_CHARS_MAX) {
    throw new RangeError(`A stream can not be named ${JSON.stringify(stream)}.`);
  }
  return encoded;
}

function decodeName(name: string): string {
  const bytes = Buffer.from(
    name.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  );
  return bytes.toString("utf8");
}
