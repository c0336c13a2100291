import { findClaim, type ProvenClaim } from "./find-claim.ts";
import { GitError } from "./git-error.ts";
import {
  blobOid,
  type DesiredFile,
  type FileMode,
  treeOid,
  type TreeEntry,
} from "./git-object-id.ts";
import type { CommitInfo, GitRepository } from "./git-repository.ts";
import { treeCommitMessage, type TreeProvenance } from "./tree-commit.ts";

/** Our part of the tree: all of it, and nothing beside it. */
const TREE_PART = "hosts";

export interface PublishRequest {
  readonly repository: GitRepository;
  readonly installation: string;
  readonly revision: number;
  /** All of `hosts/` at this revision, by full path. */
  readonly desired: ReadonlyMap<string, DesiredFile>;
  /** The bytes of a desired file; called only for those that are written. */
  contentOf(path: string): Uint8Array | Promise<Uint8Array>;
  readonly provenance: TreeProvenance;
  /** Waits before the given try (2 and up); longer each time, with jitter, so that two writers part. */
  pauseBefore(attempt: number): Promise<void>;
  /** The last commit that the caller knows as pushed; tells whether somebody rewrote history. */
  readonly lastCommit?: string;
  /** What is known of the tree of `lastCommit`, so that nobody has to read it again. */
  readonly sinceLast?: TreeSince;
  /** Take the tree over from exactly this other installation; an operator's decision. */
  readonly acceptedInstallation?: string;
  readonly authorName?: string;
  readonly authorEmail?: string;
}

/** How the desired tree came from the one of the last commit. */
export interface TreeSince {
  /** Every path that differs, and perhaps others: what the last commit has there. */
  readonly before: ReadonlyMap<string, DesiredFile | null>;
  /** Git's id of the desired tree. */
  readonly oid: string;
}

/**
 * `published`: the tree of the revision is the branch's tip. `unchanged`: it was there already
 * (`commit` is the tip; null: an empty tree in a repository without the branch). `behind`: the
 * repository is at a newer revision than this writer, and was left alone.
 * `drift`: paths that others had changed in our part and that were taken back, sorted.
 * `historyRewritten`: `lastCommit` is no longer in the branch.
 */
export type PublishOutcome =
  | {
      readonly kind: "published" | "unchanged";
      readonly commit: string | null;
      readonly revision: number;
      readonly drift: readonly string[];
      readonly historyRewritten: boolean;
    }
  | { readonly kind: "behind"; readonly commit: string; readonly tipRevision: number };

export const PUBLISH_TRIES_MAX = 6;

/**
 * Makes the branch hold the tree of one revision. May be repeated and may run twice at once: every
 * try begins at the tip that is there, and writes what differs. Resumes from the commits alone;
 * commits of others that leave our part alone stay underneath. Throws `GitError`:
 * `foreign-installation`, `content-differs` (a Bug of the caller), `push-contended` after
 * `PUBLISH_TRIES_MAX` tries, and whatever the repository could not do.
 */
export async function publishTree(request: PublishRequest): Promise<PublishOutcome> {
  for (let attempt = 1; attempt <= PUBLISH_TRIES_MAX; attempt += 1) {
    if (attempt > 1) await request.pauseBefore(attempt);
    const outcome = (attempt === 1 ? await goOn(request) : null) ?? (await tryOnce(request));
    if (outcome !== null) return outcome;
  }
  throw new GitError(
    "push-contended",
    `${request.repository.name}: others pushed first ${PUBLISH_TRIES_MAX} times in a row.`,
  );
}

/** Null: somebody else moved the branch in between. */
async function tryOnce(request: PublishRequest): Promise<PublishOutcome | null> {
  const { repository, revision, desired } = request;
  await repository.fetch();
  const tip = await repository.tip();
  if (tip !== null && tip.commit === request.lastCommit && changesSince(request)?.size === 0) {
    const { commit } = tip;
    return { kind: "unchanged", commit, revision, drift: [], historyRewritten: false };
  }
  const base = tip === null ? null : ownClaim(request, await findClaim(repository, tip, TREE_PART));
  if (tip !== null && base !== null && base.revision > revision) {
    return { kind: "behind", commit: tip.commit, tipRevision: base.revision };
  }
  const present = tip === null ? NOTHING : await repository.listTree(tip.commit, TREE_PART);
  const changes = differences(present, desired);
  const historyRewritten = await isRewritten(request, tip);
  if (changes.size === 0) {
    const commit = tip?.commit ?? null;
    return { kind: "unchanged", commit, revision, drift: [], historyRewritten };
  }
  const drift =
    tip === null ? [] : await takenBack(repository, tip.commit, base, revision, changes, present);
  const parent = tip?.commit ?? null;
  const commit = await writeCommit(request, parent, changes);
  const pushed = await repository.publish(commit, parent);
  return pushed.kind === "pushed"
    ? { kind: "published", commit, revision, drift, historyRewritten }
    : null;
}

/**
 * Taking the tip to be what we published last, whose tree is known: a change then costs what it
 * changes, not the tree. Null when nothing changed, and when it can not be done so: the tip is
 * another, which the push finds out, or the repository has lost what we published.
 */
async function goOn(request: PublishRequest): Promise<PublishOutcome | null> {
  const { repository, revision, lastCommit } = request;
  const changes = changesSince(request);
  if (lastCommit === undefined || changes === null || changes.size === 0) return null;
  try {
    const commit = await writeCommit(request, lastCommit, changes);
    const pushed = await repository.publish(commit, lastCommit);
    return pushed.kind === "pushed"
      ? { kind: "published", commit, revision, drift: [], historyRewritten: false }
      : null;
  } catch (error) {
    if (error instanceof GitError && error.next === "retry") return null;
    throw error;
  }
}

/** What differs from the tree of the last commit; null when that is not known. */
function changesSince({
  desired,
  sinceLast,
}: PublishRequest): ReadonlyMap<string, FileMode | null> | null {
  if (sinceLast === undefined) return null;
  const { before } = sinceLast;
  const changes = new Map<string, FileMode | null>();
  for (const path of [...before.keys()].sort()) {
    const was = before.get(path);
    const now = desired.get(path);
    if (was?.oid !== now?.oid || was?.mode !== now?.mode) changes.set(path, now?.mode ?? null);
  }
  return changes;
}

const NOTHING: ReadonlyMap<string, TreeEntry> = new Map();

/** Another installation's tree is not ours to replace, unless an operator has said so. */
function ownClaim(request: PublishRequest, claim: ProvenClaim | null): ProvenClaim | null {
  if (claim === null || claim.installation === request.installation) return claim;
  if (claim.installation === request.acceptedInstallation) return null;
  throw new GitError(
    "foreign-installation",
    `${request.repository.name} holds the tree of installation ${claim.installation} at revision ` +
      `${claim.revision}; this is ${request.installation}. An operator has to accept that.`,
  );
}

function differences(
  present: ReadonlyMap<string, TreeEntry>,
  desired: ReadonlyMap<string, DesiredFile>,
): ReadonlyMap<string, FileMode | null> {
  const changes = new Map<string, FileMode | null>();
  for (const [path, { mode, oid }] of desired) {
    if (!path.startsWith(`${TREE_PART}/`)) {
      throw new GitError("path-refused", `${path} lies outside ${TREE_PART}/.`);
    }
    const now = present.get(path);
    if (now?.oid !== oid || now.mode !== mode) changes.set(path, mode);
  }
  for (const path of present.keys()) if (!desired.has(path)) changes.set(path, null);
  return changes;
}

/**
 * What others changed since our last commit and this one undoes. With a commit of ours that says it
 * is this very revision, every difference is somebody else's; without any, what was there before.
 */
async function takenBack(
  repository: GitRepository,
  tip: string,
  base: ProvenClaim | null,
  revision: number,
  changes: ReadonlyMap<string, FileMode | null>,
  present: ReadonlyMap<string, TreeEntry>,
): Promise<readonly string[]> {
  if (base === null) return [...changes.keys()].filter((path) => present.has(path)).sort();
  if (base.revision === revision) return [...changes.keys()].sort();
  const foreign = await repository.changedPaths(base.commit, tip, TREE_PART);
  return foreign.filter((path) => changes.has(path));
}

async function isRewritten(request: PublishRequest, tip: CommitInfo | null): Promise<boolean> {
  if (request.lastCommit === undefined) return false;
  return tip === null || !(await request.repository.isAncestor(request.lastCommit, tip.commit));
}

function writeCommit(
  request: PublishRequest,
  parent: string | null,
  changes: ReadonlyMap<string, FileMode | null>,
): Promise<string> {
  const { desired, provenance } = request;
  const prefix = `${TREE_PART}/`;
  const removed = [...changes.values()].filter((mode) => mode === null).length;
  const hosts = new Set<string>();
  for (const path of changes.keys()) hosts.add(path.split("/").slice(1, 3).join("/"));
  return request.repository.commit({
    parent,
    changes,
    contentOf: async (path) => {
      const bytes = await request.contentOf(path);
      if (blobOid(bytes) === desired.get(path)?.oid) return bytes;
      throw new GitError("content-differs", `The bytes of ${path} are not those of its id.`);
    },
    message: treeCommitMessage({
      installation: request.installation,
      revision: request.revision,
      treeOid: request.sinceLast?.oid ?? treeOid(entriesBelow(desired, prefix)),
      filesWritten: changes.size - removed,
      filesRemoved: removed,
      hosts: [...hosts].sort(),
      changeIds: provenance.changeIds,
      actors: provenance.actors,
    }),
    authorName: request.authorName ?? "Titan",
    authorEmail: request.authorEmail ?? "titan@titan.invalid",
    dateMs: provenance.dateMs,
  });
}

function* entriesBelow(
  desired: ReadonlyMap<string, DesiredFile>,
  prefix: string,
): Generator<readonly [string, DesiredFile]> {
  for (const [path, file] of desired) yield [path.slice(prefix.length), file];
}
