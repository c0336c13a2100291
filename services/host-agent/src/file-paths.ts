import { type PathFault, pathFaults } from "@titan/domain";

/** The agent's own temporary names begin like this. */
export const DRAFT_PREFIX = ".titan-new-";

/**
 * The first thing that is wrong with the paths of one deployment; null when all can be written. The
 * feed refuses such templates long before; this is the last fence before the disk.
 */
export function checkPaths(paths: readonly string[]): PathFault | null {
  const path = paths.find((name) => name.startsWith(DRAFT_PREFIX));
  if (path !== undefined) {
    return { code: "invalid-path", path, detail: `${DRAFT_PREFIX} is kept for the agent` };
  }
  return pathFaults(paths)[0] ?? null;
}

/** The folders on the way to a path, outermost first: `a`, `a/b` for `a/b/c`. */
export function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
    folders.push(path.slice(0, end));
  }
  return folders;
}
