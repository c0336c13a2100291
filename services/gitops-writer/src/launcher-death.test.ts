import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FolderRepository } from "./folder-repository.ts";
import { gitEnvironment } from "./git-environment.ts";
import { GitError } from "./git-error.ts";
import { GitLauncher } from "./git-launcher.ts";
import { blobOid, type DesiredFile } from "./git-object-id.ts";
import type { GitAnswer, GitRun, GitRunner } from "./git-run.ts";
import { openRepository } from "./open-repository.ts";
import { publishTree } from "./publish-tree.ts";
import { git, readBranch, scratchFolder, soundCommits } from "./testing/git-fixture.ts";

/** A launcher that is killed when its n-th command was begun, or when it was fed half of its input. */
class MortalLauncher implements GitRunner {
  readonly #launcher = new GitLauncher(gitEnvironment(process.env));
  readonly #at: number;
  readonly #how: "begun" | "fed";
  commands = 0;
  /** Which of them had input. */
  readonly fed: number[] = [];

  constructor(at = 0, how: "begun" | "fed" = "begun") {
    this.#at = at;
    this.#how = how;
  }

  async run(run: GitRun): Promise<GitAnswer> {
    this.commands += 1;
    if (run.input !== undefined) this.fed.push(this.commands);
    if (this.commands !== this.#at) return this.#launcher.run(run);
    const input =
      this.#how === "fed" && run.input !== undefined ? this.#half(run.input) : run.input;
    const answer = this.#launcher.run({ ...run, ...(input === undefined ? {} : { input }) });
    if (input === run.input) this.#kill();
    return answer;
  }

  async *#half(input: NonNullable<GitRun["input"]>): AsyncGenerator<Uint8Array> {
    for await (const part of input) {
      yield part.subarray(0, part.length >> 1);
      this.#kill();
      yield part.subarray(part.length >> 1);
    }
  }

  #kill(): void {
    process.kill(this.#launcher.pid ?? 0, "SIGKILL");
  }
}

const TREES = [
  { "h/w/d/a": "1", "h/w/d/b": "1" },
  { "h/w/d/b": "2", "i/w/d/e/f": "2" },
] as const;

/** Publishes one revision after the other, each again until it is there; answers how often one failed. */
async function publishAll(launcher: GitRunner, place: string): Promise<number> {
  const path = join(place, "repository.git");
  let failed = 0;
  let repository: Awaited<ReturnType<typeof openRepository>> | undefined;
  for (const [at, files] of TREES.entries()) {
    const texts = new Map(
      Object.entries(files).map(([name, text]) => [`hosts/w/${name}`, Buffer.from(text)]),
    );
    const desired = new Map(
      [...texts].map(([name, bytes]): [string, DesiredFile] => {
        return [name, { mode: "100644", oid: blobOid(bytes) }];
      }),
    );
    for (let isThere = false; !isThere;) {
      try {
        repository ??= await openRepository({
          git: launcher,
          location: path,
          branch: "main",
          stateFolder: join(place, "state"),
          nowMs: () => 0,
        });
        await publishTree({
          repository,
          installation: "ours",
          revision: at + 1,
          desired,
          contentOf: (name) => texts.get(name) ?? Buffer.alloc(0),
          provenance: { dateMs: at * 1_000, changeIds: [`c${at}`], actors: ["tim"] },
          pauseBefore: () => Promise.resolve(),
        });
        isThere = true;
      } catch (error) {
        if (!(error instanceof GitError) || error.next !== "retry") throw error;
        failed += 1;
        repository = undefined;
      }
    }
  }
  return failed;
}

test("a launcher may die at any command, and what is published is the same", async () => {
  const scratch = await scratchFolder();
  let made = 0;
  const newPlace = async (): Promise<string> => {
    const place = join(scratch, String((made += 1)));
    await FolderRepository.open({
      git,
      path: join(place, "repository.git"),
      branch: "main",
      nowMs: () => 0,
    });
    return place;
  };
  const counted = new MortalLauncher();
  expect(await publishAll(counted, await newPlace())).toBe(0);
  expect(counted.commands).toBeGreaterThan(4);
  let failed = 0;
  for (let at = 1; at <= counted.commands; at += 1) {
    for (const how of counted.fed.includes(at) ? (["begun", "fed"] as const) : ["begun" as const]) {
      const where = `${how} command ${at}`;
      const place = await newPlace();
      const path = join(place, "repository.git");
      failed += await publishAll(new MortalLauncher(at, how), place);
      const there = Object.entries(TREES[1]).map(([name, text]) => [`hosts/w/${name}`, text]);
      expect(await readBranch(path), where).toEqual(Object.fromEntries(there));
      expect(await soundCommits(path), where).toBe(2);
      await rm(place, { recursive: true, force: true });
    }
  }
  expect(failed).toBeGreaterThan(0);
});
