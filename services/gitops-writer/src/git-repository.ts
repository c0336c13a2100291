import type { FileMode, TreeEntry } from "./git-object-id.ts";

/**
 * One branch of one repository, as the writer needs it. Drivers: a bare repository in a folder, and
 * a remote with a bare work repository beside it.
 *
 * Promises: nothing is checked out; a branch moves only by `publish`, only forward, and only from
 * the tip that was expected; the same request makes the same commit id, always. Failures are
 * `GitError`. Left to others: what belongs into the tree, and who may write.
 */
export interface GitRepository {
  /** For people and logs; holds no credential. */
  readonly name: string;
  readonly branch: string;

  /** Learns where the branch is now. For a folder there is nothing to do. */
  fetch(): Promise<void>;

  /** The branch's newest commit as of the last `fetch`; null when the branch does not exist yet. */
  tip(): Promise<CommitInfo | null>;

  /** Every file at or below `prefix` in the commit, by full path. */
  listTree(commit: string, prefix: string): Promise<ReadonlyMap<string, TreeEntry>>;

  /** The id of what lies at `path` in each commit; null where there is nothing. */
  subtrees(commits: readonly string[], path: string): Promise<readonly (string | null)[]>;

  /** Commits reachable from `from` whose message holds `text`, newest first, at most `limit`. */
  commitsSaying(text: string, from: string, limit: number): Promise<readonly CommitInfo[]>;

  /** Writes a commit and moves nothing. */
  commit(request: CommitRequest): Promise<string>;

  /**
   * Makes the commit the branch's tip if the tip is still `expectedTip` (null: no branch). The
   * commit must descend from it: history is never taken away.
   */
  publish(commit: string, expectedTip: string | null): Promise<PushOutcome>;

  /** Paths at or below `prefix` that differ between two commits, sorted. */
  changedPaths(from: string, to: string, prefix: string): Promise<readonly string[]>;

  /** False also when the repository does not have `ancestor`. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;

  /** Packs what commits left behind. Takes long on a large repository; git never does it by itself. */
  maintain(): Promise<void>;
}

export interface CommitInfo {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly authorDateMs: number;
  readonly message: string;
}

export interface CommitRequest {
  readonly parent: string | null;
  /** The mode of each file to write; null removes the path. Other paths stay as the parent has them. */
  readonly changes: ReadonlyMap<string, FileMode | null>;
  /** Called once for each path that is written, so that not all bytes are in memory at once. */
  contentOf(path: string): Uint8Array | Promise<Uint8Array>;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** Milliseconds since the epoch, for author and committer; git keeps whole seconds. */
  readonly dateMs: number;
}

export type PushOutcome =
  | { readonly kind: "pushed" }
  | { readonly kind: "rejected"; readonly newTip: string | null };
