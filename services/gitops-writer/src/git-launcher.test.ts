import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { gitEnvironment } from "./git-environment.ts";
import { GitLauncher } from "./git-launcher.ts";
import { openRepository } from "./open-repository.ts";
import {
  git as gitCommand,
  readBranch,
  scratchFolder,
  soundCommits,
  writeFiles,
} from "./testing/git-fixture.ts";

const HANG_MS = 60_000;
const PARENT = fileURLToPath(new URL("./testing/launcher-parent.ts", import.meta.url));

/** It is gone with this process, as for everybody. */
function launcher(path = process.env["PATH"]): GitLauncher {
  return new GitLauncher(gitEnvironment({ ...process.env, PATH: path }));
}

/** A launcher that finds this script as git. */
async function scripted(text: string): Promise<{ git: GitLauncher; folder: string }> {
  const folder = await scratchFolder();
  await writeFile(join(folder, "git"), `#!/bin/sh\ncd '${folder}'\n${text}\n`);
  await chmod(join(folder, "git"), 0o755);
  return { git: launcher(`${folder}${delimiter}${process.env["PATH"]}`), folder };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that ended and was not yet waited for is not alive.
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, "utf8"));
}

async function gone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), HANG_MS);
}

async function pidIn(file: string): Promise<number> {
  return vi.waitFor(() => {
    const pid = Number(existsSync(file) ? readFileSync(file, "utf8") : "");
    expect(pid).toBeGreaterThan(0);
    return pid;
  }, HANG_MS);
}

test("a repository that is written through it is the same, commit for commit", async () => {
  const folder = await scratchFolder();
  const commits = await Promise.all(
    [launcher(), gitCommand].map(async (git, at) => {
      const path = join(folder, `${at}.git`);
      const repository = await openRepository({
        git,
        location: path,
        branch: "main",
        stateFolder: folder,
        nowMs: () => 0,
      });
      const commit = await writeFiles(repository, null, { "a/b": "1", ü: "2" });
      expect(await repository.publish(commit, null)).toEqual({ kind: "pushed" });
      expect(await readBranch(path)).toEqual({ "a/b": "1", ü: "2" });
      expect(await soundCommits(path)).toBe(1);
      return commit;
    }),
  );
  expect(commits[0]).toBe(commits[1]);
});

test("input comes in parts as git takes them, and output as bytes", async () => {
  const git = launcher();
  const parts = Array.from({ length: 40 }, (_, at) => Buffer.alloc(100_000, at));
  const { stdout } = await git.run({ args: ["hash-object", "--stdin"], input: parts });
  const whole = await git.run({ args: ["hash-object", "--stdin"], input: [Buffer.concat(parts)] });
  expect(stdout.toString("utf8")).toMatch(/^[0-9a-f]{40}\n$/);
  expect(stdout).toEqual(whole.stdout);
});

test("runs at the same time do not mix", async () => {
  const git = launcher();
  const texts = Array.from({ length: 8 }, (_, at) => `text ${at}`);
  const answers = await Promise.all(
    texts.map((text) => git.run({ args: ["stripspace"], input: [Buffer.from(text)] })),
  );
  expect(answers.map(({ stdout }) => stdout.toString("utf8"))).toEqual(
    texts.map((text) => `${text}\n`),
  );
});

test("a failure is the same error as without it", async () => {
  await expect(
    launcher().run({ args: ["ls-remote", "git://127.0.0.1:1/x"] }),
  ).rejects.toMatchObject({ name: "GitError", code: "protocol-refused", next: "reject" });
});

test("input that fails is the error, and git makes nothing of the first half", async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("x");
    await Promise.resolve();
    throw new RangeError("no such bytes");
  };
  const git = launcher();
  await expect(git.run({ args: ["hash-object", "--stdin"], input: failing() })).rejects.toThrow(
    RangeError,
  );
  expect((await git.run({ args: ["version"] })).exit).toBe(0);
});

test("git that ends before its input is read is judged by its exit code, and the input is let go", async () => {
  const { git } = await scripted("exec <&-; echo 'No space left on device' >&2; exit 1");
  let isLetGo = false;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield await Promise.resolve(Buffer.alloc(64 * 1024));
    } finally {
      isLetGo = true;
    }
  };
  await expect(git.run({ args: ["fast-import"], input: endless() })).rejects.toMatchObject({
    code: "disk-full",
  });
  expect(isLetGo).toBe(true);
});

test("a launcher that is killed takes its run with it, to be tried again, and the next finds another", async () => {
  const { git, folder } = await scripted("echo $$ > pid; exec cat > taken");
  const { promise: never, resolve: letGo } = Promise.withResolvers<void>();
  const input = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("first half");
    await never;
  };
  const run = git.run({ args: ["fast-import"], input: input() });
  const failed = expect(run).rejects.toMatchObject({ code: "failed", next: "retry" });
  const child = await pidIn(join(folder, "pid"));
  const first = git.pid ?? 0;
  process.kill(first, "SIGKILL");
  letGo();
  await failed;
  // Git met the end of its input.
  await gone(child);
  expect((await git.run({ args: ["version"] })).exit).toBe(0);
  expect(git.pid).not.toBe(first);
});

test("a launcher that can not be started is an error to be tried again", async () => {
  const { execPath } = process;
  onTestFinished(() => void (process.execPath = execPath));
  const git = launcher();
  process.execPath = "/nowhere/node";
  await expect(git.run({ args: ["version"] })).rejects.toMatchObject({
    code: "failed",
    next: "retry",
  });
  process.execPath = execPath;
  expect((await git.run({ args: ["version"] })).exit).toBe(0);
});

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`when the process that it serves ends by ${signal}, it and git are gone`, async () => {
    const { folder } = await scripted("echo $$ > pid; exec cat > taken");
    const parent = fork(PARENT, {
      execArgv: [],
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"]}` },
    });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [serving] = (await once(parent, "message")) as [number];
    const child = await pidIn(join(folder, "pid"));
    expect([isAlive(serving), isAlive(child)]).toEqual([true, true]);
    parent.kill(signal);
    await gone(serving);
    await gone(child);
  });
}

test("it keeps no process alive that has nothing more to do", async () => {
  const parent = fork(PARENT, ["once"], { execArgv: [] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [serving] = (await once(parent, "message")) as [number];
  const [status] = (await once(parent, "exit")) as [number | null];
  expect(status).toBe(0);
  await gone(serving);
});
