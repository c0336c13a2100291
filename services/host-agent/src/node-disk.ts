import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { type Disk, type DiskEntry, DiskError, type DiskErrorCode } from "./disk.ts";

const CODES: Readonly<Record<string, DiskErrorCode>> = {
  ENOENT: "not-found",
  EEXIST: "exists",
  ENOTEMPTY: "not-empty",
  ENOTDIR: "not-a-folder",
  EISDIR: "is-a-folder",
  ELOOP: "is-a-link",
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "read-only",
  ENAMETOOLONG: "name-too-long",
  EXDEV: "other-file-system",
};

/** Nothing is followed, and a pipe in the place of a file does not make the reader wait. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

/** The disk of the machine. */
export class NodeDisk implements Disk {
  read(path: string): Promise<Uint8Array> {
    return onDisk(path, async () => {
      await using file = await open(path, READ);
      return await file.readFile();
    });
  }

  createSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    return onDisk(path, async () => {
      await using file = await open(path, CREATE, mode);
      // The mode given to open is narrowed by the umask of whoever started the agent.
      await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    });
  }

  rename(from: string, to: string): Promise<void> {
    return onDisk(to, () => rename(from, to));
  }

  syncFolder(path: string): Promise<void> {
    return onDisk(path, async () => {
      await using folder = await open(path, FOLDER);
      await folder.sync().catch((error: unknown) => {
        // File systems that can not sync a folder (some network and FUSE ones) say so like this.
        if (codeOf(error) !== "EINVAL" && codeOf(error) !== "ENOTSUP") throw error;
      });
    });
  }

  unlink(path: string): Promise<void> {
    return onDisk(path, () => unlink(path));
  }

  makeFolder(path: string): Promise<void> {
    return onDisk(path, async () => {
      await mkdir(path);
    });
  }

  removeFolder(path: string): Promise<void> {
    return onDisk(path, () => rmdir(path));
  }

  list(path: string): Promise<readonly string[]> {
    return onDisk(path, async () => (await readdir(path)).sort());
  }

  lstat(path: string): Promise<DiskEntry | null> {
    return onDisk(path, async () => {
      try {
        const { mode, size, ...entry } = await entryAt(path);
        return { kind: entry.kind, mode: mode & 0o7777, sizeBytes: size };
      } catch (error) {
        if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
        throw error;
      }
    });
  }
}

async function entryAt(
  path: string,
): Promise<{ kind: DiskEntry["kind"]; mode: number; size: number }> {
  const found = await lstat(path);
  const kind = found.isFile()
    ? "file"
    : found.isDirectory()
      ? "folder"
      : found.isSymbolicLink()
        ? "link"
        : "other";
  return { kind, mode: found.mode, size: found.size };
}

async function onDisk<Result>(path: string, effect: () => Promise<Result>): Promise<Result> {
  try {
    return await effect();
  } catch (error) {
    throw new DiskError(CODES[codeOf(error) ?? ""] ?? "io-failed", path, error);
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
