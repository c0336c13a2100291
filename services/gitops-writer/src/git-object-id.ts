import { createHash, hash } from "node:crypto";

/** What a tree holds at a path. Modes beside the two below come only from other writers. */
export interface TreeEntry {
  readonly mode: string;
  readonly oid: string;
}

/** The only two modes that Titan writes: no links, no submodules. */
export type FileMode = "100644" | "100755";

/** A file as Titan wants it. */
export interface DesiredFile {
  readonly mode: FileMode;
  readonly oid: string;
}

/** The tree without entries, which is what a missing folder is compared as. */
export const EMPTY_TREE_OID = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Git's id of a file's bytes. SHA-1 only: repositories in the SHA-256 format are refused on opening. */
export function blobOid(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, TreeEntry>;
}

/**
 * Git's id of the tree that holds these paths, without asking git. It is written into each commit,
 * so that whoever reads the commit later can tell whether the tree is still the one that was meant.
 */
export function treeOid(entries: Iterable<readonly [path: string, entry: TreeEntry]>): string {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const [path, entry] of entries) {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let folder = root;
    for (const part of parts) {
      let next = folder.folders.get(part);
      if (next === undefined) {
        next = { folders: new Map(), files: new Map() };
        folder.folders.set(part, next);
      }
      folder = next;
    }
    folder.files.set(name, entry);
  }
  return folderOid(root);
}

function folderOid(folder: Folder): string {
  const rows: { readonly order: Buffer; readonly head: string; readonly oid: string }[] = [];
  for (const [name, entry] of folder.files) {
    rows.push({ order: Buffer.from(name), head: `${entry.mode} ${name}\0`, oid: entry.oid });
  }
  for (const [name, inner] of folder.folders) {
    // Git sorts a folder as if its name ended in a slash, byte by byte.
    rows.push({ order: Buffer.from(`${name}/`), head: `40000 ${name}\0`, oid: folderOid(inner) });
  }
  rows.sort((a, b) => Buffer.compare(a.order, b.order));
  const body = Buffer.concat(
    rows.flatMap((row) => [Buffer.from(row.head), Buffer.from(row.oid, "hex")]),
  );
  return hash("sha1", Buffer.concat([Buffer.from(`tree ${body.length}\0`), body]), "hex");
}
