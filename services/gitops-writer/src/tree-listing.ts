import { hash } from "node:crypto";
import type { TreeEntry } from "./git-object-id.ts";

/** What a tree object lists; `key` is the name, of a folder with a slash behind it: Git sorts it so. */
export interface TreeItem {
  readonly key: string;
  readonly entry: TreeEntry;
}

/**
 * The bytes of one Git tree object. Promises: its id is that of the items that are set now; a
 * change moves bytes and makes none anew, so it costs little also among a million names.
 */
export class TreeListing {
  readonly #keys: string[] = [];
  /** Where the item of each key begins. */
  readonly #starts: number[] = [];
  #bytes: Buffer;
  #length = 0;

  constructor(items: Iterable<TreeItem>) {
    const inOrder = [...items].sort((a, b) => compare(a.key, b.key));
    const rows = inOrder.map(({ key, entry }) => rowOf(key, entry));
    for (const [at, { key }] of inOrder.entries()) {
      this.#keys.push(key);
      this.#starts.push(this.#length);
      this.#length += rows[at]?.length ?? 0;
    }
    this.#bytes = Buffer.concat(rows);
  }

  get size(): number {
    return this.#keys.length;
  }

  get oid(): string {
    const header = Buffer.from(`tree ${this.#length}\0`);
    const bytes = this.#bytes.subarray(0, this.#length);
    return hash("sha1", Buffer.concat([header, bytes]), "hex");
  }

  /** Null takes the item away. */
  set(key: string, entry: TreeEntry | null): void {
    const at = this.#placeOf(key);
    const isThere = this.#keys[at] === key;
    const start = this.#starts[at] ?? this.#length;
    const end = isThere ? (this.#starts[at + 1] ?? this.#length) : start;
    const row = entry === null ? NOTHING : rowOf(key, entry);
    this.#resize(start, end, row.length);
    row.copy(this.#bytes, start);
    if (!isThere && entry !== null) {
      this.#keys.splice(at, 0, key);
      this.#starts.splice(at, 0, start);
    } else if (isThere && entry === null) {
      this.#keys.splice(at, 1);
      this.#starts.splice(at, 1);
    }
    const grown = row.length - (end - start);
    if (grown === 0) return;
    for (let after = entry === null ? at : at + 1; after < this.#starts.length; after += 1) {
      this.#starts[after] = (this.#starts[after] ?? 0) + grown;
    }
  }

  /** Makes the bytes from `start` to `end` so many, and moves those behind them. */
  #resize(start: number, end: number, length: number): void {
    const grown = length - (end - start);
    if (grown === 0) return;
    if (this.#length + grown > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow((this.#length + grown) * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.copyWithin(start + length, end, this.#length);
    this.#length += grown;
  }

  /** Of the first key that does not stand before this one. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.#keys[middle] ?? "", key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * By their bytes in UTF-8, as Git does. Text is compared by its UTF-16 units, which is the same but
 * for the units of which two make a character: they come before \ue000, and their bytes do not.
 */
function compare(a: string, b: string): number {
  if (HALF.test(a) || HALF.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : Number(a > b);
}

const HALF = /[\ud800-\udfff]/;
const NOTHING = Buffer.alloc(0);

function rowOf(key: string, { mode, oid }: TreeEntry): Buffer {
  const name = key.endsWith("/") ? key.slice(0, -1) : key;
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]);
}
