import type { GitAnswer } from "./git-run.ts";
import { GitError } from "./git-error.ts";

/** What another writer's push in between looks like, on our side of the wire and on the other. */
const OVERTAKEN =
  /\[rejected\]|\[remote rejected\].*(cannot lock ref|failed to update ref|incorrect old value|fetch first|stale info)/;

/**
 * Reads what `git push --porcelain` answered. True: the branch is ours; false: somebody was faster,
 * look again. What the server declines for a reason of its own (a hook, a protected branch) is a
 * `GitError`, since trying again would not help.
 */
export function readPushAnswer(answer: GitAnswer, repository: string): boolean {
  if (answer.exit === 0) return true;
  const row = answer.stdout
    .toString("utf8")
    .split("\n")
    .find((line) => line.startsWith("!\t"));
  if (row === undefined) throw GitError.fromGit("push", answer.exit, answer.stderr);
  if (OVERTAKEN.test(row)) return false;
  if (row.includes("checked out")) {
    throw new GitError("working-copy", `${repository} has the branch checked out. Use a bare one.`);
  }
  const reason = row.split("\t").slice(2).join(" ");
  throw new GitError("push-declined", `${repository} declined the push: ${reason}`);
}
