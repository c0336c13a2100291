import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { NodeDisk } from "./node-disk.ts";

const disk = new NodeDisk();

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "titan-disk-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a file is made once, with exactly its mode whatever the umask", async () => {
  const path = join(await scratch(), "a");
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
  await disk.createSynced(path, Buffer.from("1"), 0o755);
  expect((await stat(path)).mode & 0o777).toBe(0o755);
  await expect(disk.createSynced(path, Buffer.from("2"), 0o644)).rejects.toMatchObject({
    code: "exists",
  });
  expect(await disk.lstat(path)).toEqual({ kind: "file", mode: 0o755, sizeBytes: 1 });
  expect(Buffer.from(await disk.read(path)).toString()).toBe("1");
});

test("links are seen, and neither read nor written through", async () => {
  const folder = await scratch();
  const link = join(folder, "link");
  await symlink(join(folder, "target"), link);
  expect(await disk.lstat(link)).toMatchObject({ kind: "link" });
  await expect(disk.read(link)).rejects.toMatchObject({ code: "is-a-link" });
  await expect(disk.createSynced(link, Buffer.from("1"), 0o644)).rejects.toMatchObject({
    code: "exists",
  });
  expect(await disk.list(folder)).toEqual(["link"]);
  await disk.unlink(link);
  expect(await disk.lstat(link)).toBeNull();
});

test("a pipe in the place of a file does not make the reader wait", async () => {
  const pipe = join(await scratch(), "pipe");
  await promisify(execFile)("mkfifo", [pipe]);
  expect(await disk.lstat(pipe)).toMatchObject({ kind: "other" });
  await disk.read(pipe).catch(() => {});
});

test("what can not be done has a code", async () => {
  const folder = await scratch();
  const file = join(folder, "file");
  await disk.createSynced(file, Buffer.from("1"), 0o644);
  await disk.makeFolder(join(folder, "sub"));
  await disk.syncFolder(folder);
  expect(await disk.lstat(join(file, "below"))).toBeNull();
  const attempts: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => disk.read(join(folder, "none")), "not-found"],
    [() => disk.read(join(folder, "sub")), "is-a-folder"],
    [() => disk.makeFolder(file), "exists"],
    [() => disk.makeFolder(join(file, "x")), "not-a-folder"],
    [() => disk.removeFolder(folder), "not-empty"],
    [() => disk.rename(file, join(folder, "sub")), "is-a-folder"],
    [() => disk.unlink(join(folder, "none")), "not-found"],
    [
      () => disk.createSynced(join(folder, "x".repeat(300)), Buffer.from(""), 0o644),
      "name-too-long",
    ],
  ];
  for (const [attempt, code] of attempts) await expect(attempt()).rejects.toMatchObject({ code });
});
