import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Native Git, as somebody else on the machine would use it. */
export async function git(repository: string, ...args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"];
  const { stdout } = await execute("git", [...identity, "-C", repository, ...args]);
  return stdout.trimEnd();
}

/** The paths at the tip of `main`, sorted. */
export async function pathsInGit(repository: string): Promise<readonly string[]> {
  const text = await git(repository, "ls-tree", "-r", "--name-only", "main");
  return text === "" ? [] : text.split("\n").sort();
}

export async function fileInGit(repository: string, path: string): Promise<string> {
  return git(repository, "show", `main:${path}`);
}
