import { openBareFolder, removeStaleLock } from "./bare-folder.ts";
import { ObjectNames, syncRef } from "./durable-names.ts";
import type { GitRunner } from "./git-run.ts";
import { GitError } from "./git-error.ts";
import type { TreeEntry } from "./git-object-id.ts";
import type { CommitInfo, CommitRequest, GitRepository, PushOutcome } from "./git-repository.ts";
import { ObjectDatabase } from "./object-database.ts";
import { checkBranch } from "./repository-location.ts";

const NO_COMMIT = "0".repeat(40);

export interface FolderRepositoryOptions {
  readonly git: GitRunner;
  /** Absolute. Made as a bare repository when it is missing or empty. */
  readonly path: string;
  readonly branch: string;
  /** Tells how old a lock is that a dead process left; nothing else depends on it. */
  readonly nowMs: () => number;
}

/** A bare repository in a folder. The branch moves by one compare-and-swap of its ref. */
export class FolderRepository implements GitRepository {
  readonly name: string;
  readonly branch: string;
  readonly #objects: ObjectDatabase;
  readonly #names: ObjectNames;
  readonly #nowMs: () => number;

  /** The last commit made here: git need not be asked what it descends from. */
  #made: { readonly commit: string; readonly parent: string | null } | undefined;

  private constructor(options: FolderRepositoryOptions) {
    this.name = options.path;
    this.branch = options.branch;
    this.#objects = new ObjectDatabase(options.git, options.path);
    this.#names = new ObjectNames(options.path);
    this.#nowMs = options.nowMs;
  }

  static async open(options: FolderRepositoryOptions): Promise<FolderRepository> {
    checkBranch(options.branch);
    await openBareFolder(options.git, options.path, options.branch);
    return new FolderRepository(options);
  }

  fetch(): Promise<void> {
    return Promise.resolve();
  }

  async tip(): Promise<CommitInfo | null> {
    const [tip] = await this.#objects.readCommits([`refs/heads/${this.branch}`]);
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

  async commit(request: CommitRequest): Promise<string> {
    const commit = await this.#objects.commit(request);
    this.#made = { commit, parent: request.parent };
    return commit;
  }

  async publish(commit: string, expectedTip: string | null): Promise<PushOutcome> {
    const known = this.#made?.commit === commit && this.#made.parent === expectedTip;
    if (!known && expectedTip !== null && !(await this.isAncestor(expectedTip, commit))) {
      throw new GitError("unsafe-argument", "The commit does not descend from the expected tip.");
    }
    try {
      await this.#moveBranch(commit, expectedTip);
    } catch (error) {
      // Whatever git said: where the branch is now tells what happened.
      const newTip = (await this.tip())?.commit ?? null;
      if (newTip === commit) return { kind: "pushed" };
      if (newTip !== expectedTip) return { kind: "rejected", newTip };
      throw error;
    }
    return { kind: "pushed" };
  }

  async #moveBranch(commit: string, expectedTip: string | null): Promise<void> {
    const ref = `refs/heads/${this.branch}`;
    const args = ["update-ref", ref, commit, expectedTip ?? NO_COMMIT];
    // The branch must not outlive the objects that it names.
    await this.#names.sync();
    try {
      await this.#objects.run({ args });
    } catch (error) {
      const locked = error instanceof GitError && error.code === "lock";
      if (!locked || !(await removeStaleLock(this.name, ref, this.#nowMs()))) throw error;
      await this.#objects.run({ args });
    }
    await syncRef(this.name, ref);
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
}
