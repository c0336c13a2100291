/**
 * What the agent does to a file system, and nothing more, so that a test can stand in for it and
 * stop at every single effect.
 *
 * Promises: each call is one effect, done when it returns; failures are `DiskError`; symbolic links
 * at the end of a path are never followed. Left to others: links among the parents (`lstat` them),
 * and durability of names: what was renamed, made or removed survives a power cut only after
 * `syncFolder` on the folder that holds the name. Paths are absolute.
 */
export interface Disk {
  /** The bytes of a regular file. */
  read(path: string): Promise<Uint8Array>;
  /** Makes a file that must not be there yet, with exactly this mode, and syncs its bytes. */
  createSynced(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Replaces what is at `to`, unless it is a folder. */
  rename(from: string, to: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  /** Removes a file or link. */
  unlink(path: string): Promise<void>;
  /** Makes one folder; its parent must be there. */
  makeFolder(path: string): Promise<void>;
  /** Removes a folder that is empty. */
  removeFolder(path: string): Promise<void>;
  /** Names in a folder, sorted. */
  list(path: string): Promise<readonly string[]>;
  /** What is at a path, without following a link; null when there is nothing. */
  lstat(path: string): Promise<DiskEntry | null>;
}

export interface DiskEntry {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Permission bits. */
  readonly mode: number;
  readonly sizeBytes: number;
}

export type DiskErrorCode =
  | "not-found"
  | "exists"
  | "not-empty"
  | "not-a-folder"
  | "is-a-folder"
  | "is-a-link"
  | "disk-full"
  | "denied"
  | "read-only"
  | "name-too-long"
  | "other-file-system"
  | "io-failed";

/** An effect that did not happen; what was there before is still there. */
export class DiskError extends Error {
  readonly code: DiskErrorCode;
  readonly path: string;

  constructor(code: DiskErrorCode, path: string, cause?: unknown) {
    super(`${path}: ${code}`, cause === undefined ? undefined : { cause });
    this.name = "DiskError";
    this.code = code;
    this.path = path;
  }
}
