import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { git } from "../flows/git-tree.ts";

const MS_PER_S = 1_000;
const HEAD = "commit refs/heads/main\ncommitter Bench <bench@localhost> 0 +0000\ndata 5\nbench\n";

export interface GitFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A repository that Git's own commands write, for what Titan's is measured beside. */
export class PlainRepository {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Seconds that `git fast-import` takes for one commit of these files, from nothing. */
  async importAll(files: readonly GitFile[]): Promise<number> {
    mkdirSync(this.folder);
    await git(this.folder, "init", "--quiet", "--bare", "--initial-branch=main");
    const stream = Buffer.concat([
      Buffer.from(HEAD),
      ...files.flatMap(({ path, bytes }) => [
        Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`),
        bytes,
        Buffer.from("\n"),
      ]),
      Buffer.from("\ndone\n"),
    ]);
    const startedAt = performance.now();
    await this.#fed(["fast-import", "--quiet", "--done"], stream);
    return (performance.now() - startedAt) / MS_PER_S;
  }

  /** The index that `commitOne` needs: made once, as it would be kept. */
  async readIndex(): Promise<void> {
    await git(this.folder, "read-tree", "main");
  }

  /** Seconds that Git's plumbing takes to commit one changed file on top of all the others. */
  async commitOne({ path, bytes }: GitFile): Promise<number> {
    const startedAt = performance.now();
    const blob = await this.#fed(["hash-object", "-w", "--stdin"], bytes);
    const run = (...args: readonly string[]): Promise<string> => git(this.folder, ...args);
    await run("update-index", "--add", "--cacheinfo", `100644,${blob},${path}`);
    const tree = await run("write-tree");
    const commit = await run("commit-tree", "-p", "main", "-m", "bench", tree);
    await run("update-ref", "refs/heads/main", commit);
    return (performance.now() - startedAt) / MS_PER_S;
  }

  async #fed(args: readonly string[], input: Uint8Array): Promise<string> {
    const child = spawn("git", args, { cwd: this.folder, stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stdin.end(input);
    const [status] = (await once(child, "close")) as [number | null];
    if (status !== 0) throw new Error(`git ${args.join(" ")} ended with ${status}`);
    return output.trimEnd();
  }
}
