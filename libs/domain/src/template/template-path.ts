import type { Code } from "../codes.ts";
import { utf8Length } from "../utf8.ts";

/** Bytes of one segment: what ext4, APFS and NTFS can name. */
const PATH_SEGMENT_BYTES_MAX = 255;
/** Bytes of a whole path. */
const PATH_BYTES_MAX = 1_024;

/**
 * The repository itself and the files that tell Git what to do, for the rendered files end up in a repository. NTFS
 * opens the repository for `.git::$INDEX_ALLOCATION`, `.git ` and `GIT~1` too.
 */
const OF_GIT = /^(?:\.git(?:modules|attributes|ignore)?(?:[ .:]|$)|\.?git.*~\d)/;

export interface PathFault {
  readonly code: Extract<Code, "invalid-path" | "path-collision">;
  readonly path: string;
  readonly detail: string;
}

/** Control and invisible characters: HFS+ ignores some of them, so that `.g\u200cit` is `.git` there. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** What is wrong with the path of a file, as a sentence; undefined when it can be written safely on any host. */
export function pathFault(path: string): string | undefined {
  if (path.length > PATH_BYTES_MAX || utf8Length(path) > PATH_BYTES_MAX) {
    return `a path has at most ${PATH_BYTES_MAX} bytes`;
  }
  if (path === "") return "a path must not be empty";
  if (INVISIBLE.test(path)) return "a path has no control or invisible characters";
  if (path.includes("\\")) return 'a path has "/" between folders and no backslash';
  if (path.startsWith("/")) return "a path is relative";
  if (path.normalize("NFC") !== path) return "a path is in Unicode's normal form C";
  for (const segment of path.split("/")) {
    const fault = segmentFault(segment);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * Everything that is wrong with a template's paths: each one's own faults, two that are the same file where case
 * or Unicode forms do not count, and one that is a file here and a folder there.
 */
export function pathFaults(paths: readonly string[]): PathFault[] {
  const faults: PathFault[] = [];
  const files = new Map<string, string>();
  for (const path of paths) {
    const detail = pathFault(path);
    if (detail !== undefined) {
      faults.push({ code: "invalid-path", path, detail });
      continue;
    }
    const folded = fold(path);
    const other = files.get(folded);
    if (other === undefined) files.set(folded, path);
    else faults.push(collision(path, `it is the same file as ${other} on some hosts`));
  }
  for (const [folded, path] of files) {
    for (let end = folded.indexOf("/"); end >= 0; end = folded.indexOf("/", end + 1)) {
      const file = files.get(folded.slice(0, end));
      if (file !== undefined) faults.push(collision(path, `${file} is a file, not a folder`));
    }
  }
  return faults;
}

function segmentFault(segment: string): string | undefined {
  if (segment === "") return "a path has no empty segments";
  if (segment === "." || segment === "..") return 'a path has no segments "." and ".."';
  if (utf8Length(segment) > PATH_SEGMENT_BYTES_MAX) {
    return `a segment of a path has at most ${PATH_SEGMENT_BYTES_MAX} bytes`;
  }
  if (segment !== segment.trim()) return "a segment neither starts nor ends with a blank";
  if (segment.endsWith(".")) return "a segment does not end with a dot";
  if (OF_GIT.test(fold(segment))) return "a segment is not a name that Git takes for its own";
  return undefined;
}

function collision(path: string, detail: string): PathFault {
  return { code: "path-collision", path, detail };
}

/** One text for all paths that some file system takes for the same: upper case first, so that ß and ss fall together. */
function fold(path: string): string {
  return path.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}
