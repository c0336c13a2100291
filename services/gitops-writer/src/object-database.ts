import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseCommitObject } from "./commit-object.ts";
import { fastImportStream } from "./fast-import-stream.ts";
import type { GitAnswer, GitRun, GitRunner } from "./git-run.ts";
import { GitError } from "./git-error.ts";
import type { TreeEntry } from "./git-object-id.ts";
import type { CommitInfo, CommitRequest } from "./git-repository.ts";
import { decodeRows } from "./path-bytes.ts";

const IMPORT_TIMEOUT_MS = 600_000;
const MAINTENANCE_TIMEOUT_MS = 3_600_000;

/**
 * Reads and writes the objects of one bare repository. A constant number of processes per call,
 * whatever the number of files. Knows nothing of branches and remotes.
 */
export class ObjectDatabase {
  readonly #git: GitRunner;
  readonly gitDir: string;

  constructor(git: GitRunner, gitDir: string) {
    this.#git = git;
    this.gitDir = gitDir;
  }

  run(run: Omit<GitRun, "gitDir">): Promise<GitAnswer> {
    return this.#git.run({ ...run, gitDir: this.gitDir });
  }

  /** The commits that the names (full refs or ids) stand for; null where there is none. */
  async readCommits(names: readonly string[]): Promise<readonly (CommitInfo | null)[]> {
    const { stdout } = await this.run({ args: ["cat-file", "--batch"], input: lines(names) });
    const commits: (CommitInfo | null)[] = [];
    let at = 0;
    for (const name of names) {
      const headEnd = stdout.indexOf("\n", at);
      const [oid = "", type, size] = stdout.toString("utf8", at, headEnd).split(" ");
      at = headEnd + 1;
      if (type === "commit") {
        const end = at + Number(size);
        commits.push(parseCommitObject(oid, stdout.toString("utf8", at, end)));
        at = end + 1;
      } else if (type === "missing") {
        commits.push(null);
      } else {
        throw new GitError("corrupt", `${name} is not a commit.`);
      }
    }
    return commits;
  }

  async subtrees(commits: readonly string[], path: string): Promise<readonly (string | null)[]> {
    const { stdout } = await this.run({
      args: ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
      input: lines(commits.map((commit) => `${commit}:${path}`)),
    });
    const rows = stdout.toString("utf8").split("\n");
    return commits.map((_, index) => {
      const [oid = "", type] = (rows[index] ?? "").split(" ");
      return type === "tree" || type === "blob" || type === "commit" ? oid : null;
    });
  }

  async listTree(commit: string, prefix: string): Promise<ReadonlyMap<string, TreeEntry>> {
    const { stdout } = await this.run({
      args: ["ls-tree", "-r", "-z", "--full-tree", commit, ...below(prefix)],
    });
    const entries = new Map<string, TreeEntry>();
    for (const row of decodeRows(stdout)) {
      const tab = row.indexOf("\t");
      if (tab < 0) continue;
      const [mode = "", , oid = ""] = row.slice(0, tab).split(" ");
      entries.set(row.slice(tab + 1), { mode, oid });
    }
    return entries;
  }

  async commitsSaying(text: string, from: string, limit: number): Promise<readonly CommitInfo[]> {
    const { stdout } = await this.run({
      args: ["rev-list", `--max-count=${limit}`, "--fixed-strings", `--grep=${text}`, from, "--"],
    });
    const ids = stdout.toString("utf8").split("\n").filter(Boolean);
    const commits = ids.length === 0 ? [] : await this.readCommits(ids);
    return commits.filter((commit) => commit !== null);
  }

  async commit(request: CommitRequest): Promise<string> {
    const { stdout } = await this.run({
      args: ["fast-import", "--quiet", "--done", "--date-format=raw", "--force"],
      input: fastImportStream(request),
      timeoutMs: IMPORT_TIMEOUT_MS,
    });
    const oid = stdout.toString("utf8").trim();
    if (!/^[0-9a-f]{40}$/.test(oid)) {
      throw new GitError("failed", "git fast-import named no commit.");
    }
    return oid;
  }

  async changedPaths(from: string, to: string, prefix: string): Promise<readonly string[]> {
    const { stdout } = await this.run({
      args: ["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to, ...below(prefix)],
    });
    return [...decodeRows(stdout)].sort();
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    // 128: the repository does not have one of them.
    const { exit } = await this.run({
      args: ["merge-base", "--is-ancestor", ancestor, descendant],
      answers: [1, 128],
    });
    return exit === 0;
  }

  async maintain(): Promise<void> {
    // Two weeks spare what another writer has committed and not yet published.
    await this.run({
      args: ["gc", "--quiet", "--prune=2.weeks.ago"],
      timeoutMs: MAINTENANCE_TIMEOUT_MS,
      isBackground: true,
    });
    for (const name of await readdir(this.gitDir)) {
      if (name.startsWith("fast_import_crash_")) await rm(join(this.gitDir, name), { force: true });
    }
  }
}

/** Git takes an empty path for a mistake; without one it means everything. */
function below(prefix: string): readonly string[] {
  return prefix === "" ? [] : ["--", prefix];
}

function* lines(names: readonly string[]): Generator<Uint8Array> {
  yield Buffer.from(names.map((name) => `${name}\n`).join(""), "utf8");
}
