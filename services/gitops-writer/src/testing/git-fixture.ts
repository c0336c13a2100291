import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { FolderRepository } from "../folder-repository.ts";
import { GitCommand } from "../git-command.ts";
import { gitEnvironment } from "../git-environment.ts";
import type { GitRepository } from "../git-repository.ts";
import { openRepository } from "../open-repository.ts";

export const git = new GitCommand({ environment: gitEnvironment(process.env) });

/** A folder that is gone after the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "titan-git-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Fixture {
  /** What the writer uses. */
  readonly repository: GitRepository;
  /** The bare repository that everybody sees, opened beside the writer: everybody else. */
  readonly others: GitRepository;
  readonly path: string;
  /** Opens the writer's side again, with nothing remembered. */
  readonly reopen: () => Promise<GitRepository>;
}

export type DriverName = "folder" | "remote";
export const DRIVERS: readonly DriverName[] = ["folder", "remote"];

/** An empty repository, reached by the driver. */
export async function fixture(driver: DriverName): Promise<Fixture> {
  const scratch = await scratchFolder();
  const path = join(scratch, "repository.git");
  const others = await FolderRepository.open({ git, path, branch: "main", nowMs: () => 0 });
  let opened = 0;
  const reopen = (): Promise<GitRepository> =>
    openRepository({
      git,
      location: driver === "folder" ? path : pathToFileURL(path).href,
      branch: "main",
      stateFolder: join(scratch, `state-${(opened += 1)}`),
      nowMs: () => 0,
    });
  return { repository: await reopen(), others, path, reopen };
}

/** Somebody else's commit on top of the branch; null removes a path. */
export async function foreignCommit(
  others: GitRepository,
  files: Readonly<Record<string, string | null>>,
  message = "not ours\n",
): Promise<string> {
  const tip = (await others.tip())?.commit ?? null;
  const commit = await writeFiles(others, tip, files, message);
  const outcome = await others.publish(commit, tip);
  if (outcome.kind !== "pushed") throw new Error("the foreign commit was not pushed");
  return commit;
}

export function writeFiles(
  repository: GitRepository,
  parent: string | null,
  files: Readonly<Record<string, string | null>>,
  message = "not ours\n",
): Promise<string> {
  return repository.commit({
    parent,
    changes: new Map(
      Object.entries(files).map(([path, text]) => [path, text === null ? null : "100644"]),
    ),
    contentOf: (path) => Buffer.from(files[path] ?? ""),
    message,
    authorName: "Somebody",
    authorEmail: "somebody@example.com",
    dateMs: 1_700_000_000_000,
  });
}

/** The text of every file of the branch, read with git itself. */
export async function readBranch(path: string): Promise<Readonly<Record<string, string>>> {
  const run = async (...args: readonly string[]): Promise<string> =>
    (await git.run({ gitDir: path, args })).stdout.toString("utf8");
  const names = (await run("ls-tree", "-r", "-z", "--name-only", "main")).split("\0");
  const files: Record<string, string> = {};
  for (const name of names.filter(Boolean))
    files[name] = await run("cat-file", "blob", `main:${name}`);
  return files;
}

/** Number of commits on the branch, and that git finds nothing wrong with the repository. */
export async function soundCommits(path: string): Promise<number> {
  await git.run({ gitDir: path, args: ["fsck", "--strict", "--no-dangling"] });
  const { stdout } = await git.run({ gitDir: path, args: ["rev-list", "--count", "main"] });
  return Number(stdout.toString("utf8"));
}

/** Moves the branch wherever one likes, as a forced push does. */
export async function forceBranch(path: string, commit: string): Promise<void> {
  await git.run({ gitDir: path, args: ["update-ref", "refs/heads/main", commit] });
}
