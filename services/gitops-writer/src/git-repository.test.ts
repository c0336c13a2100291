import { chmod, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FolderRepository } from "./folder-repository.ts";
import { blobOid, treeOid } from "./git-object-id.ts";
import type { CommitRequest } from "./git-repository.ts";
import { openRepository } from "./open-repository.ts";
import {
  DRIVERS,
  fixture,
  forceBranch,
  foreignCommit,
  git,
  readBranch,
  scratchFolder,
  soundCommits,
  writeFiles,
} from "./testing/git-fixture.ts";

describe.each(DRIVERS)("%s", (driver) => {
  test("an empty repository has no tip", async () => {
    const { repository } = await fixture(driver);
    await repository.fetch();
    expect(await repository.tip()).toBeNull();
  });

  test("a commit is on the branch only once it is published", async () => {
    const { repository, others, path } = await fixture(driver);
    const commit = await writeFiles(repository, null, { "a/b": "1" }, "subject\n\nbody\n");
    expect(await others.tip()).toBeNull();
    expect(await repository.publish(commit, null)).toEqual({ kind: "pushed" });
    expect(await others.tip()).toEqual({
      commit,
      parents: [],
      authorDateMs: 1_700_000_000_000,
      message: "subject\n\nbody\n",
    });
    expect(await repository.tip()).toEqual(await others.tip());
    expect(await readBranch(path)).toEqual({ "a/b": "1" });
  });

  test("files are added, changed, removed, and turned into folders and back", async () => {
    const { repository, path } = await fixture(driver);
    const first = await writeFiles(repository, null, { a: "1", "b/c": "2", "b/d": "3", e: "4" });
    const second = await writeFiles(repository, first, {
      a: null,
      "a/x": "5",
      "b/c": null,
      "b/d": null,
      b: "6",
      e: "7",
    });
    await repository.publish(first, null);
    await repository.publish(second, first);
    expect(await readBranch(path)).toEqual({ "a/x": "5", b: "6", e: "7" });
    expect(await repository.changedPaths(first, second, "b")).toEqual(["b", "b/c", "b/d"]);
    expect(await soundCommits(path)).toBe(2);
  });

  test("modes, binary bytes and unusual names arrive as they are", async () => {
    const { repository } = await fixture(driver);
    const binary = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    const files = new Map<string, Uint8Array>([
      ["run", Buffer.from("#!/bin/sh\n")],
      ["empty", Buffer.alloc(0)],
      ["bin", binary],
      ["ünïcode/文件 😀.txt", Buffer.from("ü")],
      ['"quo\\ted"', Buffer.from("q")],
      [" leading blank", Buffer.from("b")],
    ]);
    const request: CommitRequest = {
      parent: null,
      changes: new Map(
        [...files.keys()].map((path) => [path, path === "run" ? "100755" : "100644"]),
      ),
      contentOf: (path) => Promise.resolve(files.get(path) ?? Buffer.alloc(0)),
      message: "m",
      authorName: "A <x>\ny",
      authorEmail: "a@b",
      dateMs: 5_999,
    };
    const commit = await repository.commit(request);
    const listed = await repository.listTree(commit, "");
    const wanted = [...files].map(([path, bytes]) => {
      const mode = path === "run" ? "100755" : "100644";
      return [path, { mode, oid: blobOid(bytes) }] as const;
    });
    expect(listed).toEqual(new Map(wanted));
    expect([treeOid(wanted)]).toEqual(await repository.subtrees([commit], ""));
    expect(await repository.commit(request)).toBe(commit);
  });

  test("the same request makes the same commit in another repository, another date another", async () => {
    const ids = [];
    for (const one of [await fixture(driver), await fixture("folder")]) {
      ids.push(await writeFiles(one.repository, null, { a: "1", b: "2" }));
    }
    expect(ids[0]).toBe(ids[1]);
  });

  test("a branch that somebody else moved is not taken, and the answer says where it is", async () => {
    const { repository, others, path } = await fixture(driver);
    const first = await foreignCommit(others, { a: "1" });
    await repository.fetch();
    const ours = await writeFiles(repository, first, { ours: "1" });
    const second = await foreignCommit(others, { a: "2" });
    expect(await repository.publish(ours, first)).toEqual({ kind: "rejected", newTip: second });
    expect((await repository.tip())?.commit).toBe(second);
    expect(await readBranch(path)).toEqual({ a: "2" });
  });

  test("a branch that appeared, vanished or was rewound meanwhile is not taken", async () => {
    const { repository, others, path } = await fixture(driver);
    const onNothing = await writeFiles(repository, null, { ours: "1" });
    const first = await foreignCommit(others, { a: "1" });
    expect(await repository.publish(onNothing, null)).toMatchObject({ newTip: first });
    const second = await foreignCommit(others, { a: "2" });
    await repository.fetch();
    const ours = await writeFiles(repository, second, { ours: "1" });
    await forceBranch(path, first);
    expect(await repository.publish(ours, second)).toEqual({ kind: "rejected", newTip: first });
    await git.run({ gitDir: path, args: ["update-ref", "-d", "refs/heads/main"] });
    expect(await repository.publish(ours, second)).toEqual({ kind: "rejected", newTip: null });
    await repository.fetch();
    expect(await repository.tip()).toBeNull();
  });

  test("a commit that does not descend from the expected tip is never published", async () => {
    const { repository, others } = await fixture(driver);
    const first = await foreignCommit(others, { a: "1" });
    await repository.fetch();
    const beside = await writeFiles(repository, null, { b: "1" });
    await expect(repository.publish(beside, first)).rejects.toMatchObject({
      code: "unsafe-argument",
    });
  });

  test("publishing again what is already there succeeds", async () => {
    const { repository } = await fixture(driver);
    const commit = await writeFiles(repository, null, { a: "1" });
    await repository.publish(commit, null);
    expect(await repository.publish(commit, null)).toEqual({ kind: "pushed" });
  });

  test("ancestors are known, and what the repository lacks is none", async () => {
    const { repository } = await fixture(driver);
    const first = await writeFiles(repository, null, { a: "1" });
    const second = await writeFiles(repository, first, { a: "2" });
    await repository.publish(second, null);
    expect(await repository.isAncestor(first, second)).toBe(true);
    expect(await repository.isAncestor(second, first)).toBe(false);
    expect(await repository.isAncestor("f".repeat(40), second)).toBe(false);
  });

  test("no hook of the repository runs", async () => {
    const { repository, path } = await fixture(driver);
    const marker = join(path, "hook-ran");
    await mkdir(join(path, "hooks"), { recursive: true });
    const names = ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"];
    for (const name of names) {
      const hook = join(path, "hooks", name);
      await writeFile(hook, `#!/bin/sh\ntouch ${marker}\nexit 1\n`);
      await chmod(hook, 0o755);
    }
    const commit = await writeFiles(repository, null, { a: "1" });
    expect(await repository.publish(commit, null)).toEqual({ kind: "pushed" });
    expect(await readdir(path)).not.toContain("hook-ran");
  });

  test("a name that is no UTF-8 can be seen and removed", async () => {
    const { repository, others, path } = await fixture(driver);
    const input = [
      Buffer.from("commit refs/heads/main\ncommitter S <s@e> 1 +0000\ndata 0\nM 100644 inline "),
      Buffer.from('"d/\\377\\376x"\ndata 1\n1\nM 120000 inline link\ndata 1\nx\n'),
    ];
    await git.run({ gitDir: path, args: ["fast-import", "--quiet"], input });
    await repository.fetch();
    const tip = (await repository.tip())?.commit ?? "";
    const listed = await repository.listTree(tip, "");
    expect([...listed.values()].map((entry) => entry.mode)).toEqual(["100644", "120000"]);
    const empty = await repository.commit({
      parent: tip,
      changes: new Map([...listed.keys()].map((name) => [name, null])),
      contentOf: () => Buffer.alloc(0),
      message: "m",
      authorName: "a",
      authorEmail: "a@b",
      dateMs: 0,
    });
    expect(await repository.listTree(empty, "")).toEqual(new Map());
    expect((await others.tip())?.commit).toBe(tip);
  });

  test("maintenance keeps everything that is published", async () => {
    const { repository, path } = await fixture(driver);
    const commit = await writeFiles(repository, null, { a: "1" });
    await repository.publish(commit, null);
    await writeFile(join(path, "fast_import_crash_1"), "");
    await repository.maintain();
    expect(await readBranch(path)).toEqual({ a: "1" });
  });
});

test("20,000 files fit in one commit", { timeout: 120_000 }, async () => {
  const { repository } = await fixture("folder");
  const paths = Array.from({ length: 20_000 }, (_, n) => `hosts/w/h${n >> 1}/w/d${n & 1}/f.yaml`);
  const request: CommitRequest = {
    parent: null,
    changes: new Map(paths.map((path) => [path, "100644"])),
    contentOf: (path) => Buffer.from(`path: ${path}\n`),
    message: "many",
    authorName: "a",
    authorEmail: "a@b",
    dateMs: 0,
  };
  const started = performance.now();
  const commit = await repository.commit(request);
  const committed = performance.now();
  await repository.publish(commit, null);
  const published = performance.now();
  expect((await repository.listTree(commit, "hosts")).size).toBe(20_000);
  console.log(
    `20,000 files: commit ${Math.round(committed - started)} ms, ` +
      `publish ${Math.round(published - committed)} ms, ` +
      `list ${Math.round(performance.now() - published)} ms`,
  );
});

describe("opening", () => {
  const open = (location: string, stateFolder = "/nowhere"): Promise<unknown> =>
    openRepository({ git, location, branch: "main", stateFolder, nowMs: () => 0 });

  test("a missing and an empty folder become bare repositories with the branch as HEAD", async () => {
    const scratch = await scratchFolder();
    await mkdir(join(scratch, "empty"));
    for (const path of [join(scratch, "deep", "new"), join(scratch, "empty")]) {
      await open(path);
      expect((await readdir(path)).sort()).toEqual(["HEAD", "config", "objects", "refs"]);
      await open(path);
    }
    expect(await readdir(scratch)).toEqual(["deep", "empty"]);
  });

  test("a working copy is refused with what to do, and left alone", async () => {
    const scratch = await scratchFolder();
    await git.run({ args: ["init", "--quiet", "--", scratch] });
    await expect(open(scratch)).rejects.toMatchObject({ code: "working-copy" });
    await expect(open(join(scratch, ".git"))).rejects.toMatchObject({ code: "working-copy" });
    expect(await readdir(scratch)).toEqual([".git"]);
  });

  test("a folder with other things in it is refused and left alone", async () => {
    const scratch = await scratchFolder();
    await writeFile(join(scratch, "notes.txt"), "mine");
    await expect(open(scratch)).rejects.toMatchObject({ code: "not-a-repository" });
    await expect(open(join(scratch, "notes.txt"))).rejects.toMatchObject({
      code: "not-a-repository",
    });
    expect(await readdir(scratch)).toEqual(["notes.txt"]);
  });

  test("a repository in the SHA-256 format is refused, here and over there", async () => {
    const scratch = await scratchFolder();
    const path = join(scratch, "r");
    await git.run({ args: ["init", "--quiet", "--bare", "--object-format=sha256", "--", path] });
    await expect(open(path)).rejects.toMatchObject({ code: "object-format" });
  });

  test("a remote that is away shows at the first fetch and holds no state", async () => {
    const scratch = await scratchFolder();
    const repository = await openRepository({
      git,
      location: `file://${scratch}/gone.git`,
      branch: "main",
      stateFolder: join(scratch, "state"),
      nowMs: () => 0,
    });
    await expect(repository.fetch()).rejects.toMatchObject({ code: "repository-missing" });
  });
});

test("the work repository may be deleted or damaged at any time", async () => {
  const { path, others } = await fixture("remote");
  const stateFolder = join(await scratchFolder(), "state");
  const repository = await openRepository({
    git,
    location: `file://${path}`,
    branch: "main",
    stateFolder,
    nowMs: () => 0,
  });
  const first = await foreignCommit(others, { a: "1" });
  await repository.fetch();
  const [name = ""] = await readdir(stateFolder);
  await rm(join(stateFolder, name), { recursive: true });
  await repository.fetch();
  expect((await repository.tip())?.commit).toBe(first);
  const second = await foreignCommit(others, { a: "2" });
  await rm(join(stateFolder, name, "HEAD"));
  await repository.fetch();
  expect((await repository.tip())?.commit).toBe(second);
});

test("a lock that a dead process left is removed when it is old, and respected when it is not", async () => {
  const path = join(await scratchFolder(), "r.git");
  let nowMs = Date.now();
  const repository = await FolderRepository.open({ git, path, branch: "main", nowMs: () => nowMs });
  const commit = await writeFiles(repository, null, { a: "1" });
  const lock = join(path, "refs", "heads", "main.lock");
  await mkdir(join(path, "refs", "heads"), { recursive: true });
  await writeFile(lock, "");
  await utimes(lock, nowMs / 1000, nowMs / 1000);
  await expect(repository.publish(commit, null)).rejects.toMatchObject({
    code: "lock",
    next: "retry",
  });
  nowMs += 3_600_000;
  expect(await repository.publish(commit, null)).toEqual({ kind: "pushed" });
});
