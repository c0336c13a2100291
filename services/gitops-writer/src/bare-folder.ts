import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncFolder, syncTree } from "./durable-names.ts";
import type { GitRunner } from "./git-run.ts";
import { GitError } from "./git-error.ts";

type FolderKind = "missing" | "empty" | "bare" | "working-copy" | "other";

/**
 * Makes sure that a bare SHA-1 repository lies in the folder, and makes one if it is missing or
 * empty. Everything else is refused: in a working copy the files that are checked out would go
 * stale under their owner's hands, and a folder with other things in it is somebody's.
 */
export async function openBareFolder(git: GitRunner, path: string, branch: string): Promise<void> {
  const kind = await kindOf(path);
  switch (kind) {
    case "bare":
      return checkFormat(git, path);
    case "missing":
    case "empty":
      return createBare(git, path, branch);
    case "working-copy":
      throw new GitError(
        "working-copy",
        `${path} is a working copy; its checked-out files would go stale. Give a bare repository ` +
          `(git clone --bare ${path} …), a folder that does not exist yet, or a URL.`,
      );
    case "other":
      throw new GitError(
        "not-a-repository",
        `${path} is neither empty nor a bare Git repository. Nothing was written to it.`,
      );
  }
}

async function kindOf(path: string): Promise<FolderKind> {
  let names: readonly string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "missing";
    throw new GitError("not-a-repository", `${path} can not be read as a folder.`, error);
  }
  if (names.includes(".git")) return "working-copy";
  if (["HEAD", "objects", "refs"].every((name) => names.includes(name))) return "bare";
  return names.length === 0 ? "empty" : "other";
}

async function checkFormat(git: GitRunner, path: string): Promise<void> {
  const { stdout } = await git.run({
    gitDir: path,
    args: ["rev-parse", "--show-object-format", "--is-bare-repository"],
  });
  const [format, bare] = stdout.toString("utf8").split("\n");
  if (format !== "sha1") {
    throw new GitError("object-format", `${path} uses ${format}; Titan writes SHA-1 repositories.`);
  }
  if (bare !== "true") {
    throw new GitError(
      "working-copy",
      `${path} belongs to a working copy. Give a bare repository.`,
    );
  }
}

/** Made beside its place, synced and moved there: a crash or power cut leaves no half repository. */
async function createBare(git: GitRunner, path: string, branch: string): Promise<void> {
  const parent = dirname(path);
  await mkdir(parent, { recursive: true });
  const draft = join(parent, `.${basename(path)}.titan-new-${randomUUID()}`);
  try {
    await git.run({
      args: [
        "init",
        "--quiet",
        "--bare",
        "--template=",
        "--object-format=sha1",
        `--initial-branch=${branch}`,
        "--",
        draft,
      ],
    });
    await syncTree(draft);
    await rename(draft, path);
    await syncFolder(parent);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Somebody else made it in the meantime.
    if ((await kindOf(path)) === "bare") return checkFormat(git, path);
    throw error;
  }
}

/** Older than any living command's lock. */
const STALE_LOCK_MS = 15 * 60_000;

/**
 * Removes the lock of a ref if it was left by a process that died long ago: nobody else would, and
 * the ref could never move again. True if there was one.
 */
export async function removeStaleLock(
  gitDir: string,
  ref: string,
  nowMs: number,
): Promise<boolean> {
  const lock = join(gitDir, `${ref}.lock`);
  const made = await stat(lock).catch(() => null);
  if (made === null || nowMs - made.mtimeMs < STALE_LOCK_MS) return false;
  await rm(lock, { force: true });
  return true;
}
