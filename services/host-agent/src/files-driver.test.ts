import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type DesiredFiles, FilesDriver } from "./files-driver.ts";
import { NodeDisk } from "./node-disk.ts";

type Files = Readonly<Record<string, string>>;

const desire = (files: Files, digest = "d"): DesiredFiles => ({
  kind: "files",
  running: { createdRevision: 1, digest },
  files: Object.entries(files).map(([path, text]) => ({
    path,
    executable: path.endsWith(".sh"),
    bytes: Buffer.from(text),
  })),
});
const only = (files: Files, digest?: string): ReadonlyMap<string, DesiredFiles> =>
  new Map([["iot/prod", desire(files, digest)]]);

interface Host {
  readonly folder: string;
  readonly stateFolder: string;
  readonly start: (adopt?: boolean) => Promise<FilesDriver>;
  readonly path: (...parts: readonly string[]) => string;
}

async function host(): Promise<Host> {
  const scratch = await mkdtemp(join(tmpdir(), "titan-files-"));
  onTestFinished(() => rm(scratch, { recursive: true, force: true }));
  const folder = join(scratch, "host");
  const stateFolder = join(scratch, "state");
  return {
    folder,
    stateFolder,
    start: (adopt = false) =>
      FilesDriver.open({ disk: new NodeDisk(), folder, stateFolder, adopt }),
    path: (...parts) => join(folder, "iot", "prod", ...parts),
  };
}

test("files lie where the contract says, with their modes and bytes", async () => {
  const { start, path, folder } = await host();
  const outcomes = await (await start()).apply(only({ "a/b.txt": "ü", "run.sh": "#!/bin/sh\n" }));
  expect(outcomes.get("iot/prod")).toEqual({ kind: "applied", changed: true });
  expect(await readFile(join(folder, "iot/prod/a/b.txt"), "utf8")).toBe("ü");
  expect((await stat(path("run.sh"))).mode & 0o777).toBe(0o755);
  expect((await stat(path("a/b.txt"))).mode & 0o777).toBe(0o644);
  expect((await readdir(path())).sort()).toEqual(["a", "run.sh"]);
});

test("what is right already is not touched, in this run or the next", async () => {
  const { start, path } = await host();
  const desired = only({ a: "1", b: "1" });
  const driver = await start();
  await driver.apply(desired);
  const before = await stat(path("a"), { bigint: true });
  await driver.apply(only({ a: "1", b: "2" }));
  expect((await (await start()).apply(only({ a: "1", b: "2" }))).get("iot/prod")).toEqual({
    kind: "applied",
    changed: false,
  });
  const after = await stat(path("a"), { bigint: true });
  expect([after.mtimeNs, after.ctimeNs, after.ino]).toEqual([
    before.mtimeNs,
    before.ctimeNs,
    before.ino,
  ]);
});

test("what is no longer desired goes, with the folders made for it", async () => {
  const { start, folder } = await host();
  const driver = await start();
  await driver.apply(only({ "a/b/c": "1", d: "1" }));
  await driver.apply(only({ d: "1" }));
  expect(await readdir(join(folder, "iot/prod"))).toEqual(["d"]);
  expect((await (await start()).apply(new Map())).get("iot/prod")).toEqual({ kind: "removed" });
  expect(await readdir(folder)).toEqual([]);
});

test("folders that were there before, or in which others put something, stay", async () => {
  const { start, folder } = await host();
  await mkdir(join(folder, "iot"), { recursive: true });
  const driver = await start();
  await driver.apply(only({ "a/b": "1" }));
  await writeFile(join(folder, "iot/prod/a/mine"), "mine");
  await driver.apply(new Map());
  expect(await readdir(join(folder, "iot/prod/a"))).toEqual(["mine"]);
  await rm(join(folder, "iot/prod/a/mine"));
  await driver.apply(new Map());
  expect(await readdir(folder)).toEqual(["iot"]);
  expect(await readdir(join(folder, "iot"))).toEqual([]);
});

test("a foreign file at a wanted path fails that deployment alone, whole", async () => {
  const { start, path, folder } = await host();
  await mkdir(path(), { recursive: true });
  await writeFile(path("b"), "theirs");
  const desired = new Map([
    ["iot/prod", desire({ a: "1", b: "1" })],
    ["iot/test", desire({ a: "1" })],
  ]);
  const driver = await start();
  const outcomes = await driver.apply(desired);
  expect(outcomes.get("iot/prod")).toMatchObject({ kind: "failed", code: "path-occupied" });
  expect(outcomes.get("iot/test")).toEqual({ kind: "applied", changed: true });
  expect(await readdir(path())).toEqual(["b"]);
  await driver.apply(new Map());
  expect(await readFile(path("b"), "utf8")).toBe("theirs");
  expect(await readdir(folder)).toEqual(["iot"]);
});

test.each([
  ["a folder in the place of a file", "a", "a/theirs"],
  ["a file in the place of a folder", "a/b", "a"],
])("%s is not ours to remove", async (_, wanted, there) => {
  const { start, path } = await host();
  await mkdir(join(path(there), ".."), { recursive: true });
  await writeFile(path(there), "theirs");
  const outcomes = await (await start()).apply(only({ [wanted]: "1" }));
  expect(outcomes.get("iot/prod")).toMatchObject({ kind: "failed", code: "path-occupied" });
  expect(await readFile(path(there), "utf8")).toBe("theirs");
});

test("what was changed by hand is put back and reported", async () => {
  const { start, path } = await host();
  const desired = only({ content: "1", "mode.sh": "1", missing: "1", link: "1", same: "1" });
  await (await start()).apply(desired);
  await writeFile(path("content"), "by hand");
  await chmod(path("mode.sh"), 0o666);
  await rm(path("missing"));
  await rm(path("link"));
  await symlink("/etc/passwd", path("link"));
  const outcomes = await (await start()).apply(desired);
  expect(outcomes.get("iot/prod")).toEqual({
    kind: "drifted",
    paths: ["content", "link", "missing", "mode.sh"],
  });
  expect(await readFile(path("content"), "utf8")).toBe("1");
  expect((await stat(path("mode.sh"))).mode & 0o777).toBe(0o755);
  expect(await readFile(path("link"), "utf8")).toBe("1");
  expect((await readFile("/etc/passwd", "utf8")).length).toBeGreaterThan(10);
  expect((await (await start()).apply(desired)).get("iot/prod")).toMatchObject({ changed: false });
});

test("a new version is no drift; one changed by hand in between is", async () => {
  const { start, path } = await host();
  const driver = await start();
  await driver.apply(only({ a: "1", b: "1" }, "one"));
  expect((await driver.apply(only({ a: "2", b: "2" }, "two"))).get("iot/prod")).toEqual({
    kind: "applied",
    changed: true,
  });
  await writeFile(path("a"), "by hand");
  expect((await driver.apply(only({ a: "3", b: "3" }, "three"))).get("iot/prod")).toEqual({
    kind: "drifted",
    paths: ["a"],
  });
  expect((await start()).running.get("iot/prod")).toEqual({ createdRevision: 1, digest: "three" });
});

test.each(["iot", "iot/prod", "iot/prod/sub"])(
  "a link in the place of the folder %s is never followed",
  async (link) => {
    const { start, folder, stateFolder } = await host();
    const outside = join(stateFolder, "..", "outside");
    await mkdir(outside);
    await mkdir(join(folder, link, ".."), { recursive: true });
    await symlink(outside, join(folder, link));
    const outcomes = await (await start()).apply(only({ "sub/a": "1" }));
    expect(outcomes.get("iot/prod")).toMatchObject({ kind: "failed", code: "path-escapes" });
    expect(await readdir(outside)).toEqual([]);
  },
);

test("a folder of ours that somebody replaced by a link is not followed when files go", async () => {
  const { start, path, stateFolder } = await host();
  const driver = await start();
  await driver.apply(only({ "sub/a": "1", b: "1" }));
  const outside = join(stateFolder, "..", "outside");
  await mkdir(outside);
  await writeFile(join(outside, "a"), "theirs");
  await rm(path("sub"), { recursive: true });
  await symlink(outside, path("sub"));
  await driver.apply(only({ b: "1" }));
  await driver.apply(new Map());
  expect(await readFile(join(outside, "a"), "utf8")).toBe("theirs");
  expect(await readlink(path("sub"))).toBe(outside);
});

test("what is to be kept is neither checked nor changed, over a start too", async () => {
  const { start, path } = await host();
  await (await start()).apply(only({ a: "1" }));
  await writeFile(path("a"), "by hand");
  const driver = await start();
  const outcomes = await driver.apply(new Map([["iot/prod", { kind: "keep" }]]));
  expect(outcomes.get("iot/prod")).toEqual({ kind: "kept" });
  expect(await readFile(path("a"), "utf8")).toBe("by hand");
  expect(driver.running.get("iot/prod")).toEqual({ createdRevision: 1, digest: "d" });
});

test.each(["../x", "/x", "a/../../x", ".git/hooks/x", ".titan-new-x", "a\0b", ""])(
  "the path %j is refused",
  async (path) => {
    const { start, folder } = await host();
    const outcomes = await (await start()).apply(only({ ok: "1", [path]: "1" }));
    expect(outcomes.get("iot/prod")).toMatchObject({ kind: "failed", code: "invalid-path" });
    expect(await readdir(folder)).toEqual([]);
  },
);

test("a name that is no name is a bug and never becomes a folder", async () => {
  const { start } = await host();
  const driver = await start();
  for (const name of ["../x", "x", "a/b/c", "A/b"]) {
    await expect(driver.apply(new Map([[name, desire({})]])), name).rejects.toThrow(RangeError);
  }
});

test("a lost list owns nothing: right files count, others are occupied, until they are adopted", async () => {
  const { start, path, stateFolder } = await host();
  await (await start()).apply(only({ a: "1" }));
  await writeFile(join(stateFolder, "files", "owned-files.json"), "garbage");
  const driver = await start();
  expect(driver.damage).toMatch(/checksum/);
  expect((await driver.apply(only({ a: "1" }))).get("iot/prod")).toEqual({
    kind: "applied",
    changed: false,
  });
  expect((await driver.apply(only({ a: "2" }))).get("iot/prod")).toMatchObject({
    code: "path-occupied",
  });
  const adopting = await start(true);
  await adopting.apply(only({ a: "1" }));
  await adopting.apply(only({ a: "2" }));
  expect(await readFile(path("a"), "utf8")).toBe("2");
});

test("a list that a newer agent wrote is refused", async () => {
  const { start, stateFolder } = await host();
  await (await start()).apply(only({ a: "1" }));
  const file = join(stateFolder, "files", "owned-files.json");
  const { createHash } = await import("node:crypto");
  const head = "titan owned-files 2";
  const sum = createHash("sha256").update(`${head}\n{}`).digest("hex");
  await writeFile(file, `${head} ${sum}\n{}`);
  await expect(start()).rejects.toMatchObject({ code: "newer-format" });
});
