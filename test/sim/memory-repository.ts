import { createHash } from "node:crypto";
import {
  GitError,
  type CommitInfo,
  type CommitRequest,
  type GitRepository,
  type PushOutcome,
  type TreeEntry,
} from "@titan/gitops-writer";
import { treeOid } from "../../services/gitops-writer/src/git-object-id.ts";

export interface MemoryFile extends TreeEntry {
  readonly bytes: Uint8Array;
}

export type MemoryTree = ReadonlyMap<string, MemoryFile>;

export interface MemoryCommit extends CommitInfo {
  readonly tree: MemoryTree;
}

/** The repository that all writers push to: one branch, and every commit that was ever made. */
export class MemoryBranch {
  readonly commits = new Map<string, MemoryCommit>();
  readonly #onPush: (tip: MemoryCommit, before: MemoryCommit | undefined) => void;
  #tip: string | null = null;

  constructor(onPush: (tip: MemoryCommit, before: MemoryCommit | undefined) => void) {
    this.#onPush = onPush;
  }

  get tip(): MemoryCommit | undefined {
    return this.#tip === null ? undefined : this.commits.get(this.#tip);
  }

  add(commit: Omit<MemoryCommit, "commit">): string {
    const rows = [...commit.tree].map(([path, { mode, oid }]) => `${path} ${mode} ${oid}`).sort();
    const parts = [commit.parents, commit.authorDateMs, commit.message, rows];
    const id = createHash("sha1").update(JSON.stringify(parts)).digest("hex");
    this.commits.set(id, { ...commit, commit: id });
    return id;
  }

  /** Moves the tip if it is the one that was expected. */
  push(commit: string, expectedTip: string | null): PushOutcome {
    if (this.#tip !== expectedTip) return { kind: "rejected", newTip: this.#tip };
    const before = this.tip;
    this.#tip = commit;
    if (this.tip !== undefined) this.#onPush(this.tip, before);
    return { kind: "pushed" };
  }
}

/** One writer's way to the branch: each call takes time, may fail, and may be its process's last. */
export class MemoryRepository implements GitRepository {
  readonly name = "memory";
  readonly branch = "main";
  readonly #branch: MemoryBranch;
  readonly #reach: <Answer>(call: () => Answer) => Promise<Answer>;

  /** `reach` carries a call out in time, or fails with a `GitError`, or never answers. */
  constructor(branch: MemoryBranch, reach: <Answer>(call: () => Answer) => Promise<Answer>) {
    this.#branch = branch;
    this.#reach = reach;
  }

  fetch(): Promise<void> {
    return this.#reach(() => {});
  }

  tip(): Promise<CommitInfo | null> {
    return this.#reach(() => this.#branch.tip ?? null);
  }

  listTree(commit: string, prefix: string): Promise<ReadonlyMap<string, TreeEntry>> {
    return this.#reach(() => below(this.#treeOf(commit), prefix));
  }

  subtrees(commits: readonly string[], path: string): Promise<readonly (string | null)[]> {
    return this.#reach(() =>
      commits.map((commit) => {
        const part = [...below(this.#treeOf(commit), path)];
        if (part.length === 0) return null;
        return treeOid(part.map(([full, entry]) => [full.slice(path.length + 1), entry] as const));
      }),
    );
  }

  commitsSaying(text: string, from: string, limit: number): Promise<readonly CommitInfo[]> {
    return this.#reach(() =>
      [...this.#ancestors(from)].filter(({ message }) => message.includes(text)).slice(0, limit),
    );
  }

  async commit(request: CommitRequest): Promise<string> {
    const { parent, changes, message, dateMs } = request;
    const tree = new Map<string, MemoryFile>(parent === null ? [] : this.#treeOf(parent));
    for (const [path, mode] of changes) {
      if (mode === null) tree.delete(path);
      else tree.set(path, { mode, ...blob(await request.contentOf(path)) });
    }
    const parents = parent === null ? [] : [parent];
    return this.#reach(() => this.#branch.add({ parents, authorDateMs: dateMs, message, tree }));
  }

  publish(commit: string, expectedTip: string | null): Promise<PushOutcome> {
    return this.#reach(() => this.#branch.push(commit, expectedTip));
  }

  changedPaths(from: string, to: string, prefix: string): Promise<readonly string[]> {
    return this.#reach(() => {
      const [a, b] = [from, to].map((commit) => below(this.#treeOf(commit), prefix));
      const paths = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
      const differs = (path: string): boolean => {
        const [x, y] = [a?.get(path), b?.get(path)];
        return x?.oid !== y?.oid || x?.mode !== y?.mode;
      };
      return [...paths].filter(differs).sort();
    });
  }

  isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return this.#reach(() =>
      [...this.#ancestors(descendant)].some(({ commit }) => commit === ancestor),
    );
  }

  maintain(): Promise<void> {
    return this.#reach(() => {});
  }

  #treeOf(commit: string): MemoryTree {
    const found = this.#branch.commits.get(commit);
    if (found !== undefined) return found.tree;
    throw new GitError("failed", `there is no commit ${commit}`);
  }

  *#ancestors(from: string): Generator<MemoryCommit> {
    let commit = this.#branch.commits.get(from);
    while (commit !== undefined) {
      yield commit;
      commit = this.#branch.commits.get(commit.parents[0] ?? "");
    }
  }
}

export function blob(bytes: Uint8Array): { readonly oid: string; readonly bytes: Uint8Array } {
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return { oid, bytes };
}

function below(tree: MemoryTree, prefix: string): Map<string, TreeEntry> {
  const isBelow = (path: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
  return new Map([...tree].filter(([path]) => isBelow(path)));
}
