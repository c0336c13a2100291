import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type Disk, DiskError } from "./disk.ts";
import { StateError } from "./state-error.ts";

/** What lies in a state file. `damaged` is to be taken as absent, and reported. */
export type SealedContent =
  | { readonly kind: "found"; readonly body: string }
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly reason: string };

/** Which file it is, and how its body is to be read. A body of a newer version is refused. */
export interface Seal {
  readonly format: string;
  readonly version: number;
}

const DRAFT_SUFFIX = ".titan-new";

/*
 * A state file is one line, `titan FORMAT VERSION CHECKSUM`, and a body. The line stays as it is in
 * all versions: the checksum is looked at first, so that a flipped bit is told from a newer agent.
 */

/** Replaces the file whole: after a crash at any instruction the old or the new one is there. */
export async function writeSealed(
  disk: Disk,
  path: string,
  seal: Seal,
  body: string,
): Promise<void> {
  const head = `titan ${seal.format} ${seal.version}`;
  const bytes = Buffer.from(`${head} ${checksum(head, body)}\n${body}`, "utf8");
  const draft = `${path}${DRAFT_SUFFIX}`;
  if ((await disk.lstat(draft)) !== null) await disk.unlink(draft);
  try {
    await disk.createSynced(draft, bytes, 0o600);
    await disk.rename(draft, path);
  } catch (error) {
    if (error instanceof DiskError) await disk.unlink(draft).catch(ignoreDiskError);
    throw error;
  }
  await disk.syncFolder(dirname(path));
}

export async function readSealed(disk: Disk, path: string, seal: Seal): Promise<SealedContent> {
  if ((await disk.lstat(path)) === null) return { kind: "absent" };
  let text: string;
  try {
    text = Buffer.from(await disk.read(path)).toString("utf8");
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { kind: "damaged", reason: `can not be read (${error.code})` };
  }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  const [, head, format, version, sum] =
    /^(titan (\S+) (\d+)) ([0-9a-f]{64})$/.exec(text.slice(0, Math.max(0, end))) ?? [];
  if (head === undefined || format !== seal.format || sum !== checksum(head, body)) {
    return { kind: "damaged", reason: "its checksum does not fit" };
  }
  if (Number(version) > seal.version) {
    throw new StateError(
      "newer-format",
      `${path} was written by a newer agent (${format} ${version}, this one reads up to ` +
        `${seal.version}). Install that version again, or remove the state folder.`,
    );
  }
  return { kind: "found", body };
}

/** Removes what a crash left of a file that was being written. */
export async function removeDrafts(disk: Disk, folder: string): Promise<void> {
  for (const name of await disk.list(folder)) {
    if (name.endsWith(DRAFT_SUFFIX)) await disk.unlink(join(folder, name));
  }
}

/** Makes the folder and those above it, where they are missing. */
export async function ensureFolder(disk: Disk, path: string): Promise<void> {
  const found = await disk.lstat(path);
  if (found !== null) return;
  await ensureFolder(disk, dirname(path));
  await disk.makeFolder(path);
  await disk.syncFolder(dirname(path));
}

function checksum(head: string, body: string): string {
  return createHash("sha256").update(`${head}\n`).update(body).digest("hex");
}

function ignoreDiskError(error: unknown): void {
  if (!(error instanceof DiskError)) throw error;
}
