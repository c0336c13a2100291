import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GitCommand } from "./git-command.ts";
import { gitEnvironment } from "./git-environment.ts";
import { HostTree } from "./host-tree.ts";
import { openRepository } from "./open-repository.ts";
import { publishTree } from "./publish-tree.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "titan-ssh-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Stands where ssh stands: notes the host it was to reach, and runs the far side's command here. */
function localSsh(): string {
  const script = join(folder, "ssh");
  writeFileSync(
    script,
    `#!/bin/sh\nfor last; do :; done\necho "$@" >> '${folder}/calls'\nexec sh -c "$last"\n`,
  );
  chmodSync(script, 0o755);
  return script;
}

test("a tree is pushed to a remote that is reached by ssh, and read back from it", async () => {
  const remote = join(folder, "fleet.git");
  mkdirSync(remote);
  const ambient = { ...process.env, GIT_SSH_COMMAND: localSsh(), GIT_SSH_VARIANT: "ssh" };
  const git = new GitCommand({ environment: gitEnvironment(ambient) });
  await git.run({ args: ["init", "--bare", "--quiet", "--initial-branch=main", remote] });
  const repository = await openRepository({
    git,
    location: `ssh://git@git.example.com${remote}`,
    branch: "main",
    stateFolder: join(folder, "state"),
    nowMs: () => 0,
  });
  const tree = new HostTree();
  const bytes = new TextEncoder().encode("one\n");
  const files = [{ path: "app.conf", executable: false, bytes }];
  tree.set("default/tim-pi", "default/prod", files);
  const outcome = await publishTree({
    repository,
    installation: "one",
    revision: 7,
    desired: tree.entries,
    contentOf: tree.contentReader(() => files),
    provenance: { dateMs: 1_000, changeIds: ["a"], actors: ["tim"] },
    pauseBefore: () => Promise.resolve(),
  });
  expect(outcome.kind).toBe("published");
  const shown = await git.run({
    gitDir: remote,
    args: ["show", "main:hosts/default/tim-pi/default/prod/app.conf"],
  });
  expect(shown.stdout.toString()).toBe("one\n");
  expect(readFileSync(join(folder, "calls"), "utf8")).toContain("git@git.example.com");
});
