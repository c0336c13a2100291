/** A file with the host's values in it, as it is to lie on this host. */
export interface BoundFile {
  /** Relative to the deployment's folder, `/` between folders. */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array;
}

export interface FilesProblem {
  readonly code: "path-refused" | "path-collision";
  readonly detail: string;
}

/** The agent's own temporary names begin like this. */
export const DRAFT_PREFIX = ".titan-new-";

/**
 * The first thing that is wrong with the paths of one deployment; null when all can be written. The
 * feed refuses such templates long before; this is the last fence before the disk, and only keeps
 * paths inside their folder and apart from each other and from the agent's drafts.
 */
export function checkFiles(files: readonly BoundFile[]): FilesProblem | null {
  const paths = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of files) {
    const segments = path.split("/");
    const out = segments.some((name) => name === "" || name === "." || name === "..");
    if (out || path.includes("\0") || !path.isWellFormed() || path.startsWith(DRAFT_PREFIX)) {
      return { code: "path-refused", detail: `${JSON.stringify(path)} is not a safe path.` };
    }
    if (paths.has(path)) {
      return { code: "path-collision", detail: `${JSON.stringify(path)} is there twice.` };
    }
    paths.add(path);
    for (const folder of foldersOf(path)) folders.add(folder);
  }
  const both = [...paths].find((path) => folders.has(path));
  return both === undefined
    ? null
    : { code: "path-collision", detail: `${JSON.stringify(both)} is a file and a folder.` };
}

/** The folders on the way to a path, outermost first: `a`, `a/b` for `a/b/c`. */
export function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
    folders.push(path.slice(0, end));
  }
  return folders;
}
