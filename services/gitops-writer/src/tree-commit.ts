/** What a commit says about where its tree comes from. */
export interface TreeProvenance {
  /** When the newest change of the batch was committed, so that the same batch has the same date. */
  readonly dateMs: number;
  /** In the order of the feed. */
  readonly changeIds: readonly string[];
  readonly actors: readonly string[];
}

export interface TreeCommit extends Pick<TreeProvenance, "changeIds" | "actors"> {
  readonly installation: string;
  readonly revision: number;
  /** Git's id of our part of the tree. */
  readonly treeOid: string;
  readonly filesWritten: number;
  readonly filesRemoved: number;
  /** `workspace/host` of each host that is touched, sorted. */
  readonly hosts: readonly string[];
}

/** What the trailers of a commit claim. A squash merge copies trailers, so a claim is no proof. */
export interface TreeClaim {
  readonly installation: string;
  readonly revision: number;
  readonly treeOid: string;
}

/** Present in the message of every commit that could hold a claim. */
export const REVISION_TRAILER = "Titan-Revision: ";

const TRAILER_CHANGES_MAX = 256;
const TRAILER_ACTORS_MAX = 64;
const TRAILER_CHARS_MAX = 200;
const BODY_HOSTS_MAX = 20;

/**
 * The message of a commit: what was written, then trailers in one last paragraph. The same batch
 * has the same message. Over the named limits the rest is counted and not listed; the feed has all.
 */
export function treeCommitMessage(commit: TreeCommit): string {
  const { hosts, filesWritten, filesRemoved } = commit;
  const listed = hosts.slice(0, BODY_HOSTS_MAX);
  const more = hosts.length - listed.length;
  return [
    `titan: revision ${commit.revision}, ${count(hosts.length, "host")}`,
    "",
    `${count(filesWritten, "file")} written, ${count(filesRemoved, "file")} removed`,
    ...listed.map((host) => `- ${oneLine(host)}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    "",
    `${REVISION_TRAILER}${commit.revision}`,
    `Titan-Installation: ${oneLine(commit.installation)}`,
    `Titan-Tree: ${commit.treeOid}`,
    ...repeated("Titan-Change", commit.changeIds, TRAILER_CHANGES_MAX),
    ...repeated("Titan-Actor", commit.actors, TRAILER_ACTORS_MAX),
    "",
  ].join("\n");
}

/**
 * The claim in the last paragraph of a message; null if there is none or it is not plain: another
 * text in the paragraph, a trailer that is missing, given twice or not well formed.
 */
export function parseTreeClaim(message: string): TreeClaim | null {
  const paragraphs = message
    .replaceAll("\r\n", "\n")
    .trimEnd()
    .split(/\n[ \t]*\n/);
  // The first paragraph is the subject.
  if (paragraphs.length < 2) return null;
  const trailers = new Map<string, string[]>();
  for (const line of (paragraphs.at(-1) ?? "").trim().split("\n")) {
    const [, key, value] = /^([A-Za-z0-9-]+): ?(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return null;
    trailers.set(key, [...(trailers.get(key) ?? []), value.trim()]);
  }
  const revision = single(trailers.get("Titan-Revision"));
  const installation = single(trailers.get("Titan-Installation"));
  const treeOid = single(trailers.get("Titan-Tree"));
  if (revision === null || !/^[1-9]\d{0,15}$/.test(revision)) return null;
  if (installation === null || installation === "") return null;
  if (treeOid === null || !/^[0-9a-f]{40}$/.test(treeOid)) return null;
  const number = Number(revision);
  return Number.isSafeInteger(number) ? { installation, revision: number, treeOid } : null;
}

function single(values: readonly string[] | undefined): string | null {
  return values?.length === 1 ? (values[0] ?? null) : null;
}

function repeated(key: string, values: readonly string[], max: number): readonly string[] {
  const distinct = [...new Set(values.map(oneLine))].filter((value) => value !== "");
  const listed = distinct.slice(0, max).map((value) => `${key}: ${value}`);
  const omitted = distinct.length - listed.length;
  return omitted > 0 ? [...listed, `${key}s-Omitted: ${omitted}`] : listed;
}

/** Nothing that ends a line or hides text: otherwise an actor's name could forge a trailer. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, TRAILER_CHARS_MAX)
    .toWellFormed();
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
