import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openBareFolder, removeStaleLock } from "./bare-folder.ts";
import type { GitRunner } from "./git-run.ts";
import { GitError } from "./git-error.ts";
import type { TreeEntry } from "./git-object-id.ts";
import type { CommitInfo, CommitRequest, GitRepository, PushOutcome } from "./git-repository.ts";
import { ObjectDatabase } from "./object-database.ts";
import { readPushAnswer } from "./push-answer.ts";
import { checkBranch, type RepositoryLocation } from "./repository-location.ts";

/** Where the work repository remembers the remote's branch; a private name, never pushed. */
const SEEN_TIP = "refs/titan/seen";

export interface RemoteRepositoryOptions {
  readonly git: GitRunner;
  readonly location: Extract<RepositoryLocation, { kind: "remote" }>;
  readonly branch: string;
  /** Absolute. Holds a work repository that may be deleted at any time and is then fetched again. */
  readonly stateFolder: string;
  /** Tells how old a lock is that a dead process left; nothing else depends on it. */
  readonly nowMs: () => number;
}

/** A repository that is reached by URL. What is here is a copy; the remote decides every push. */
export class RemoteRepository implements GitRepository {
  readonly name: string;
  readonly branch: string;
  readonly #options: RemoteRepositoryOptions;
  readonly #objects: ObjectDatabase;

  private constructor(options: RemoteRepositoryOptions) {
    this.name = options.location.name;
    this.branch = options.branch;
    this.#options = options;
    const id = createHash("sha256").update(`${options.location.url}\n${options.branch}`);
    const folder = `git-work-${id.digest("hex").slice(0, 16)}.git`;
    this.#objects = new ObjectDatabase(options.git, join(options.stateFolder, folder));
  }

  /** Contacts nobody: a remote that is away shows at the first `fetch`. */
  static async open(options: RemoteRepositoryOptions): Promise<RemoteRepository> {
    checkBranch(options.branch);
    const repository = new RemoteRepository(options);
    await repository.#ensureWorkRepository();
    return repository;
  }

  async fetch(): Promise<void> {
    try {
      await this.#ensureWorkRepository();
      await this.#fetchBranch();
    } catch (error) {
      if (!(error instanceof GitError) || !(await this.#mended(error))) throw error;
      await this.#ensureWorkRepository();
      await this.#fetchBranch();
    }
  }

  /** Clears away what a crash left in the work repository; true if there was something to clear. */
  async #mended(error: GitError): Promise<boolean> {
    const { gitDir } = this.#objects;
    if (error.code === "lock") return removeStaleLock(gitDir, SEEN_TIP, this.#options.nowMs());
    if (error.code !== "corrupt" && error.code !== "not-a-repository") return false;
    // Everything in it can be had again from the remote.
    await rm(gitDir, { recursive: true, force: true });
    return true;
  }

  #ensureWorkRepository(): Promise<void> {
    return openBareFolder(this.#options.git, this.#objects.gitDir, this.branch);
  }

  async #fetchBranch(): Promise<void> {
    const answer = await this.#objects.run({
      args: [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        ...this.#serverProgram("upload-pack"),
        "--",
        this.#options.location.url,
        // The plus sign: a branch that somebody rewound is followed there, and noticed later.
        `+refs/heads/${this.branch}:${SEEN_TIP}`,
      ],
      secrets: this.#secrets(),
      answers: [128],
    });
    if (answer.exit === 0) return;
    if (!answer.stderr.includes("couldn't find remote ref")) {
      throw GitError.fromGit("fetch", answer.exit, answer.stderr);
    }
    await this.#objects.run({ args: ["update-ref", "-d", SEEN_TIP] });
  }

  async tip(): Promise<CommitInfo | null> {
    const [tip] = await this.#objects.readCommits([SEEN_TIP]);
    return tip ?? null;
  }

  listTree(commit: string, prefix: string): Promise<ReadonlyMap<string, TreeEntry>> {
    return this.#objects.listTree(commit, prefix);
  }

  subtrees(commits: readonly string[], path: string): Promise<readonly (string | null)[]> {
    return this.#objects.subtrees(commits, path);
  }

  commitsSaying(text: string, from: string, limit: number): Promise<readonly CommitInfo[]> {
    return this.#objects.commitsSaying(text, from, limit);
  }

  commit(request: CommitRequest): Promise<string> {
    return this.#objects.commit(request);
  }

  async publish(commit: string, expectedTip: string | null): Promise<PushOutcome> {
    // The lease below would let a commit take history away; this does not.
    if (expectedTip !== null && !(await this.isAncestor(expectedTip, commit))) {
      throw new GitError("unsafe-argument", "The commit does not descend from the expected tip.");
    }
    const ref = `refs/heads/${this.branch}`;
    const answer = await this.#objects.run({
      args: [
        "push",
        "--porcelain",
        "--no-verify",
        "--no-signed",
        "--recurse-submodules=no",
        // Without it a branch that was rewound to an older commit would take ours on top of what
        // somebody had just removed.
        `--force-with-lease=${ref}:${expectedTip ?? ""}`,
        ...this.#serverProgram("receive-pack"),
        "--",
        this.#options.location.url,
        `${commit}:${ref}`,
      ],
      secrets: this.#secrets(),
      answers: [1, 128],
    });
    if (!readPushAnswer(answer, this.name)) {
      await this.fetch();
      const newTip = (await this.tip())?.commit ?? null;
      return newTip === commit ? { kind: "pushed" } : { kind: "rejected", newTip };
    }
    await this.#objects.run({ args: ["update-ref", SEEN_TIP, commit] });
    return { kind: "pushed" };
  }

  changedPaths(from: string, to: string, prefix: string): Promise<readonly string[]> {
    return this.#objects.changedPaths(from, to, prefix);
  }

  isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return this.#objects.isAncestor(ancestor, descendant);
  }

  maintain(): Promise<void> {
    return this.#objects.maintain();
  }

  #secrets(): Readonly<Record<string, string>> {
    const { authorization, url } = this.#options.location;
    return authorization === null
      ? {}
      : { [`http.${url}.extraHeader`]: `Authorization: ${authorization}` };
  }

  /** With a file: URL the other side runs on this machine as this user; its hooks stay off too. */
  #serverProgram(program: "upload-pack" | "receive-pack"): readonly string[] {
    if (this.#options.location.scheme !== "file") return [];
    return [`--${program}=git -c core.hooksPath=/dev/null ${program}`];
  }
}
