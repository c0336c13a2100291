import { hash } from "node:crypto";
import type { TreeEntry } from "./git-object-id.ts";

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, TreeEntry>;
  /** What is in it, in Git's order; null after a name came or went. */
  order: readonly Item[] | null;
  /** How the folder above lists it, with its id; null after something below changed. */
  row: Buffer | null;
}

interface Item {
  readonly name: string;
  /** Null: a file. */
  readonly folder: Folder | null;
}

const FOLDER_MODE = "40000";

/**
 * Git's id of a tree that changes a little at a time. Promises: the id is that of the paths that
 * are set now, whatever came before; a change costs the folders above it, not the tree.
 */
export class OidTree {
  readonly #root: Folder = emptyFolder();

  /** Null takes the path away; a folder that is left empty counts as gone. */
  set(path: string, entry: TreeEntry | null): void {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    const above: Folder[] = [this.#root];
    let folder = this.#root;
    for (const part of parts) {
      let next = folder.folders.get(part);
      if (next === undefined) {
        if (entry === null) return;
        next = emptyFolder();
        folder.folders.set(part, next);
        folder.order = null;
      }
      folder = next;
      above.push(folder);
    }
    if (folder.files.has(name) === (entry === null)) folder.order = null;
    if (entry === null) folder.files.delete(name);
    else folder.files.set(name, entry);
    for (const each of above) each.row = null;
  }

  get oid(): string {
    return idOf(this.#root).toString("hex");
  }
}

function emptyFolder(): Folder {
  return { folders: new Map(), files: new Map(), order: null, row: null };
}

function idOf(folder: Folder): Buffer {
  const rows: Buffer[] = [];
  const empty: string[] = [];
  folder.order ??= itemsInOrder(folder);
  for (const { name, folder: inner } of folder.order) {
    if (inner === null) {
      const { mode, oid } = folder.files.get(name) ?? missing(name);
      rows.push(Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex"));
      continue;
    }
    inner.row ??= Buffer.concat([Buffer.from(`${FOLDER_MODE} ${name}\0`), idOf(inner)]);
    if (inner.files.size + inner.folders.size === 0) empty.push(name);
    else rows.push(inner.row);
  }
  // Not before: a folder is often emptied and filled again between two questions.
  for (const name of empty) folder.folders.delete(name);
  if (empty.length > 0) folder.order = null;
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  return hash("sha1", Buffer.concat([Buffer.from(`tree ${length}\0`), ...rows]), "buffer");
}

/** Git sorts a folder as if its name ended in a slash, byte by byte. */
function itemsInOrder({ files, folders }: Folder): readonly Item[] {
  const rows = [
    ...[...files.keys()].map((name) => ({ name, folder: null, bytes: Buffer.from(name) })),
    ...[...folders].map(([name, folder]) => ({ name, folder, bytes: Buffer.from(`${name}/`) })),
  ];
  rows.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return rows.map(({ name, folder }) => ({ name, folder }));
}

function missing(name: string): never {
  throw new RangeError(`${name} is not in the folder.`);
}
