/** A file of a deployment with every hole filled for one host. */
export interface BoundFile {
  /** Relative to the deployment's folder, `/` between folders. */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array;
}

export interface PathProblem {
  readonly code: "path-refused" | "path-collision";
  readonly detail: string;
}

const PATH_BYTES_MAX = 1024;
const SEGMENT_BYTES_MAX = 255;
/** Blanks that some file systems ignore, so that `.g<ignored>it` opens `.git` there. */
const IGNORED_BY_FILE_SYSTEMS = /[\p{Cf}\u00ad]/u;

/**
 * The first thing that is wrong with the paths of one deployment; null when all can be written. The
 * rules hold on every file system that may check the tree out: no way out of the folder, nothing
 * that git reads as its own, no two names that are one where case or Unicode form do not count.
 */
export function checkPaths(paths: readonly string[]): PathProblem | null {
  for (const path of paths) {
    const why = refusal(path);
    if (why !== null) return { code: "path-refused", detail: `${JSON.stringify(path)} ${why}.` };
  }
  return collision(paths);
}

function refusal(path: string): string | null {
  if (path === "") return "is empty";
  if (!path.isWellFormed()) return "is not valid Unicode";
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `is longer than ${PATH_BYTES_MAX} bytes`;
  if (/[\p{Cc}\p{Zl}\p{Zp}\\]/u.test(path)) return "holds a control character or backslash";
  if (IGNORED_BY_FILE_SYSTEMS.test(path)) return "holds an invisible character";
  for (const segment of path.split("/")) {
    if (segment === "") return "is absolute, or has an empty segment";
    if (segment === "." || segment === "..") return "leads out of its folder";
    if (Buffer.byteLength(segment) > SEGMENT_BYTES_MAX) {
      return `has a segment of more than ${SEGMENT_BYTES_MAX} bytes`;
    }
    // git~1 is how Windows also spells .git.
    if (/^(\.git|git~\d+$)/i.test(segment)) return "is a name that git reads as its own";
    if (/[ .]$/.test(segment)) return "ends in a dot or blank, which some systems drop";
  }
  return null;
}

function collision(paths: readonly string[]): PathProblem | null {
  const seen = new Map<string, { readonly spelled: string; readonly file: boolean }>();
  for (const path of paths) {
    for (let end = path.indexOf("/"); ; end = path.indexOf("/", end + 1)) {
      const file = end < 0;
      const spelled = file ? path : path.slice(0, end);
      const folded = spelled.normalize("NFC").toLowerCase();
      const other = seen.get(folded);
      if (other !== undefined && (file || other.file || other.spelled !== spelled)) {
        const both = `${JSON.stringify(other.spelled)} and ${JSON.stringify(spelled)}`;
        return { code: "path-collision", detail: `${both} can not lie side by side.` };
      }
      seen.set(folded, { spelled, file });
      if (file) break;
    }
  }
  return null;
}
