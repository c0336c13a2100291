import type { TreeEntry } from "./git-object-id.ts";
import { TreeListing, type TreeItem } from "./tree-listing.ts";

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, TreeEntry>;
  /** Null after something below it changed. */
  oid: string | null;
  /** Of a wide folder alone. */
  kept: Kept | null;
}

interface Kept {
  readonly listing: TreeListing;
  /** Keys that are to be listed anew. */
  readonly touched: Set<string>;
}

const FOLDER_MODE = "40000";
/** A folder with fewer names is listed anew more cheaply than its listing is kept. */
const KEPT_NAMES_MIN = 64;
/** When more than one name of so many changed, all of them are listed anew. */
const ANEW_EACH = 4;

/**
 * Git's id of a tree that changes a little at a time. Promises: the id is that of the paths that
 * are set now, whatever came before; a change costs what lies above it, not the tree: of a wide
 * folder that its bytes are moved and hashed.
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
      }
      folder = next;
      above.push(folder);
    }
    if (entry === null) folder.files.delete(name);
    else folder.files.set(name, entry);
    for (const [at, each] of above.entries()) {
      const part = parts[at];
      each.oid = null;
      each.kept?.touched.add(part === undefined ? name : `${part}/`);
    }
  }

  get oid(): string {
    return oidOf(this.#root);
  }

  /** Works the id out folder by folder: who goes through all of it need not wait for `oid` then. */
  work(): Generator<void> {
    return workOf(this.#root);
  }
}

function emptyFolder(): Folder {
  return { folders: new Map(), files: new Map(), oid: null, kept: null };
}

function* workOf(folder: Folder): Generator<void> {
  const { folders, kept } = folder;
  if (folder.oid !== null) return;
  if (kept !== null && isFew(kept)) {
    for (const key of kept.touched) {
      const inner = key.endsWith("/") ? folders.get(key.slice(0, -1)) : undefined;
      if (inner !== undefined) yield* workOf(inner);
      relist(folder, kept, key);
      yield;
    }
  } else {
    for (const inner of folders.values()) yield* workOf(inner);
  }
  folder.oid = listed(folder).oid;
  yield;
}

function isFew({ listing, touched }: Kept): boolean {
  return touched.size * ANEW_EACH <= listing.size;
}

function relist(folder: Folder, { listing, touched }: Kept, key: string): void {
  listing.set(key, itemOf(folder, key)[0]?.entry ?? null);
  touched.delete(key);
}

function oidOf(folder: Folder): string {
  folder.oid ??= listed(folder).oid;
  return folder.oid;
}

function listed(folder: Folder): TreeListing {
  const { folders, files, kept } = folder;
  if (kept !== null && isFew(kept)) {
    for (const key of kept.touched) relist(folder, kept, key);
    return kept.listing;
  }
  const keys = [...[...folders.keys()].map((name) => `${name}/`), ...files.keys()];
  const listing = new TreeListing(keys.flatMap((key) => itemOf(folder, key)));
  folder.kept = listing.size < KEPT_NAMES_MIN ? null : { listing, touched: new Set() };
  return listing;
}

/** Nothing where nothing is. */
function itemOf({ folders, files }: Folder, key: string): readonly TreeItem[] {
  if (!key.endsWith("/")) {
    const entry = files.get(key);
    return entry === undefined ? [] : [{ key, entry }];
  }
  const name = key.slice(0, -1);
  const inner = folders.get(name);
  if (inner === undefined) return [];
  const oid = oidOf(inner);
  if (inner.files.size + inner.folders.size > 0) {
    return [{ key, entry: { mode: FOLDER_MODE, oid } }];
  }
  // Not before: a folder is often emptied and filled again between two questions.
  folders.delete(name);
  return [];
}
