import { createHash } from "node:crypto";
import { OidTree } from "./oid-tree.ts";

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

/**
 * Git's id of the tree that holds these paths, without asking git. It is written into each commit,
 * so that whoever reads the commit later can tell whether the tree is still the one that was meant.
 */
export function treeOid(entries: Iterable<readonly [path: string, entry: TreeEntry]>): string {
  const tree = new OidTree();
  for (const [path, entry] of entries) tree.set(path, entry);
  return tree.oid;
}
