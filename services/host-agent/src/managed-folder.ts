import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { DRAFT_PREFIX, foldersOf } from "./file-paths.ts";
import type { Disk, DiskEntry } from "./disk.ts";

/** More than any record can hold: such a file is not ours, and is not read into memory to be sure. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The folder that the files driver manages. Paths are relative to it. Promises: nothing outside of
 * it is looked at or touched, whatever links somebody made inside. (The folder itself may be a link:
 * that is its owner's choice.)
 */
export class ManagedFolder {
  readonly disk: Disk;
  readonly #path: string;

  constructor(disk: Disk, path: string) {
    this.disk = disk;
    this.#path = path;
  }

  absolute(path: string): string {
    return path === "" ? this.#path : join(this.#path, path);
  }

  /** The first of the folders on the way to a path that is there and is no folder; null if none. */
  async blocking(path: string): Promise<{ path: string; kind: DiskEntry["kind"] } | null> {
    for (const folder of foldersOf(path)) {
      const entry = await this.disk.lstat(this.absolute(folder));
      if (entry === null) return null;
      if (entry.kind !== "folder") return { path: folder, kind: entry.kind };
    }
    return null;
  }

  /** What is at a path; null also where the way to it leads through something that is no folder. */
  async entry(path: string): Promise<DiskEntry | null> {
    return (await this.blocking(path)) === null ? this.disk.lstat(this.absolute(path)) : null;
  }

  /** The bytes of what `entry` found; null if it is no file, or larger than any of ours. */
  async read(path: string, entry: DiskEntry): Promise<Uint8Array | null> {
    if (entry.kind !== "file" || entry.sizeBytes > FILE_BYTES_MAX) return null;
    return this.disk.read(this.absolute(path));
  }

  list(path: string): Promise<readonly string[]> {
    return this.disk.list(this.absolute(path));
  }

  async syncFolders(folders: ReadonlySet<string>): Promise<void> {
    for (const folder of folders) {
      // One that was removed afterwards is durable with its parent.
      const entry = folder === "" ? null : await this.entry(folder);
      if (folder === "" || entry?.kind === "folder") {
        await this.disk.syncFolder(this.absolute(folder));
      }
    }
  }
}

/** The folder that holds a path; "" for the managed folder itself. */
export function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

/**
 * Where a file of a deployment is written before it is renamed into place. Known from its path, so
 * that after a crash ours are told from other files that only look like them.
 */
export function draftOf(deployment: string, path: string): string {
  const id = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return `${deployment}/${DRAFT_PREFIX}${id}`;
}
