import { GitError } from "./git-error.ts";
import type { CommitInfo } from "./git-repository.ts";

/** Reads the text of a commit object: headers, a blank line, the message. */
export function parseCommitObject(commit: string, text: string): CommitInfo {
  const end = text.indexOf("\n\n");
  const headers = (end < 0 ? text : text.slice(0, end)).split("\n");
  const parents: string[] = [];
  let authorDateMs: number | null = null;
  for (const header of headers) {
    // Continued headers (signatures) begin with a blank and match neither.
    if (header.startsWith("parent ")) parents.push(header.slice("parent ".length));
    const author = /^author .*> (-?\d+) [+-]\d{4}$/.exec(header);
    if (author?.[1] !== undefined && authorDateMs === null) authorDateMs = Number(author[1]) * 1000;
  }
  if (authorDateMs === null) {
    throw new GitError("corrupt", `Commit ${commit} has no readable author line.`);
  }
  return { commit, parents, authorDateMs, message: end < 0 ? "" : text.slice(end + 2) };
}
