import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GitError } from "./git-error.ts";

/*
 * Git syncs the bytes of objects and refs (see `git-command.ts`) and never a folder: after a power
 * cut a name may be missing, or a ref may be there whose objects are not.
 */

/** Makes the names in a folder durable. One that is not there is passed over. */
export async function syncFolder(path: string): Promise<void> {
  await sync(path);
}

/** Makes a whole folder durable, what is innermost first: `git init` syncs nothing of what it makes. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(path, entry.name));
    else if (entry.isFile()) await sync(join(path, entry.name));
  }
  await sync(path);
}

/** Makes a ref's name durable, with the folders that it brought. */
export async function syncRef(gitDir: string, ref: string): Promise<void> {
  for (let folder = dirname(ref); folder !== "."; folder = dirname(folder)) {
    await sync(join(gitDir, folder));
  }
}

/** Makes the names of new objects durable; costs what changed since it was last asked for. */
export class ObjectNames {
  readonly #folder: string;
  /** Folder → when its names changed last, as of its last sync. */
  readonly #synced = new Map<string, bigint>();

  constructor(gitDir: string) {
    this.#folder = join(gitDir, "objects");
  }

  async sync(): Promise<void> {
    try {
      const inner = (await readdir(this.#folder)).map((name) => join(this.#folder, name));
      await Promise.all([...inner, this.#folder].map((folder) => this.#syncChanged(folder)));
    } catch (error) {
      throw asGitError(error);
    }
  }

  async #syncChanged(folder: string): Promise<void> {
    const { mtimeNs } = await stat(folder, { bigint: true });
    if (this.#synced.get(folder) === mtimeNs) return;
    await sync(folder);
    this.#synced.set(folder, mtimeNs);
  }
}

async function sync(path: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    await file.sync();
  } catch (error) {
    // Some network and FUSE file systems can not sync a folder, and say so like this.
    if (!["ENOENT", "EINVAL", "ENOTSUP"].includes(codeOf(error))) throw asGitError(error);
  } finally {
    await file?.close();
  }
}

function asGitError(error: unknown): GitError {
  if (error instanceof GitError) return error;
  const code = codeOf(error);
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new GitError(
    full ? "disk-full" : "failed",
    `A folder can not be synced (${code}).`,
    error,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
