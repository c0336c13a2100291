import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GitCommand } from "./git-command.ts";
import { gitEnvironment } from "./git-environment.ts";
import { git, scratchFolder } from "./testing/git-fixture.ts";

async function script(text: string): Promise<GitCommand> {
  const program = join(await scratchFolder(), "git");
  await writeFile(program, `#!/bin/sh\n${text}\n`);
  await chmod(program, 0o755);
  return new GitCommand({ program, environment: gitEnvironment(process.env) });
}

test("a machine without git says so", async () => {
  const none = new GitCommand({ program: "no-such-git", environment: { PATH: "/nowhere" } });
  await expect(none.run({ args: ["version"], input: [Buffer.from("x")] })).rejects.toMatchObject({
    code: "git-missing",
    next: "reject",
  });
});

test("a command that takes too long is stopped with everything it started", async () => {
  const slow = await script("sleep 60 & sleep 60");
  const started = performance.now();
  await expect(slow.run({ args: ["push"], timeoutMs: 100 })).rejects.toMatchObject({
    code: "timed-out",
    next: "retry",
  });
  expect(performance.now() - started).toBeLessThan(4_000);
});

test("what nobody waits for gets what others leave of the processor", async () => {
  const patient = await script(`while [ "$(nice)" -lt 19 ]; do sleep 0.05; done; nice`);
  const { stdout } = await patient.run({ args: ["gc"], isBackground: true });
  expect(stdout.toString().trim()).toBe("19");
});

test("a credential that git repeats does not reach the error", async () => {
  const loud = await script(
    `echo "fatal: unable to access 'https://me:p@ss@example.com/x/': Could not resolve host" >&2; exit 128`,
  );
  const error = await loud.run({ args: ["fetch"] }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "network", next: "retry" });
  expect(String(error)).toContain("https://example.com/x/");
  expect(String(error)).not.toMatch(/p@ss|me:/);
});

test("git that ends before its input is read is judged by its exit code", async () => {
  const deaf = await script("exec <&-; echo 'No space left on device' >&2; exit 1");
  const much = Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024));
  await expect(deaf.run({ args: ["fast-import"], input: much })).rejects.toMatchObject({
    code: "disk-full",
  });
});

test("input that fails ends git and is the error", async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("x");
    await Promise.resolve();
    throw new RangeError("no such bytes");
  };
  await expect(git.run({ args: ["hash-object", "--stdin"], input: failing() })).rejects.toThrow(
    "no such bytes",
  );
});

test("a helper transport is refused by git as well", async () => {
  const marker = join(await scratchFolder(), "ran");
  await expect(git.run({ args: ["ls-remote", `ext::touch ${marker}`] })).rejects.toMatchObject({
    code: "protocol-refused",
  });
  await expect(git.run({ args: ["ls-remote", "git://127.0.0.1:1/x"] })).rejects.toMatchObject({
    code: "protocol-refused",
  });
});

test("the environment passes on no variable that redirects, traces or runs something", () => {
  const environment = gitEnvironment({
    PATH: "/bin",
    GIT_DIR: "/elsewhere",
    GIT_TRACE_CURL: "1",
    GIT_EXTERNAL_DIFF: "evil",
    GIT_CONFIG_GLOBAL: "/evil",
  });
  expect(environment).toMatchObject({ PATH: "/bin", GIT_CONFIG_GLOBAL: "/dev/null" });
  expect(Object.keys(environment)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/GIT_DIR|TRACE|EXTERNAL/)]),
  );
});
