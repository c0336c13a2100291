import { EMPTY_TREE_OID } from "./git-object-id.ts";
import type { CommitInfo, GitRepository } from "./git-repository.ts";
import { parseTreeClaim, REVISION_TRAILER, type TreeClaim } from "./tree-commit.ts";

/** A commit whose claim is true: its part of the tree is the one that its trailers name. */
export interface ProvenClaim extends TreeClaim {
  readonly commit: string;
}

/** More copies of trailers than this on top of the last true one, and the tree is written anew. */
const CLAIMS_EXAMINED_MAX = 32;

/**
 * The newest commit at or below `tip` that a Titan writer made, of whatever installation. Trailers
 * alone prove nothing: a squash merge copies them onto a tree of its own. So each claim is compared
 * with the tree it stands on, and passed over when they differ.
 */
export async function findClaim(
  repository: GitRepository,
  tip: CommitInfo,
  part: string,
): Promise<ProvenClaim | null> {
  const atTip = await firstProven(repository, [tip], part);
  if (atTip !== null) return atTip;
  const commits = await repository.commitsSaying(REVISION_TRAILER, tip.commit, CLAIMS_EXAMINED_MAX);
  return firstProven(repository, commits, part);
}

async function firstProven(
  repository: GitRepository,
  commits: readonly CommitInfo[],
  part: string,
): Promise<ProvenClaim | null> {
  const claims = commits.flatMap(({ commit, message }) => {
    const claim = parseTreeClaim(message);
    return claim === null ? [] : [{ ...claim, commit }];
  });
  if (claims.length === 0) return null;
  const trees = await repository.subtrees(
    claims.map((claim) => claim.commit),
    part,
  );
  return claims.find((claim, index) => (trees[index] ?? EMPTY_TREE_OID) === claim.treeOid) ?? null;
}
