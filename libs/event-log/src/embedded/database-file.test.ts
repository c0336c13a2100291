import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { numbered, topicSpec } from "../testing/event-log-harness.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { FORMAT_VERSION, PAGE_BYTES } from "./schema.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";

let folder: ReturnType<typeof temporaryLogFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryLogFolder();
  path = join(folder.path, "log.db");
});
afterEach(() => folder.remove());

/** A log with records in it, closed. */
async function writeLog(): Promise<string> {
  const log = openEmbeddedLog({ path });
  const topic = topicSpec();
  await log.createTopics([topic]);
  await log.append([{ topic: topic.name, partition: 0, records: numbered(5_000) }]);
  await log.close();
  return topic.name;
}

/** Every file of the folder but the lock, which is ours to write, and SQLite's scratch memory. */
function content(): Record<string, string> {
  const names = readdirSync(folder.path).filter((name) => !/\.lock|-shm$/.test(name));
  const entries = names.map((name) => [name, readFileSync(join(folder.path, name), "base64")]);
  return Object.fromEntries(entries.filter(([, bytes]) => bytes !== ""));
}

function expectRefusal(code: string): void {
  const before = content();
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect(() => openEmbeddedLog({ path })).toThrow(
      expect.objectContaining({ code, outcome: "refused" }),
    );
  }
  expect(content()).toEqual(before);
}

function change(offset: number, bytes: Uint8Array): void {
  const file = readFileSync(path);
  file.set(bytes, offset);
  writeFileSync(path, file);
}

test("a file that is not SQLite is refused and left alone", () => {
  writeFileSync(path, "these are my notes, ".repeat(1_000));
  expectRefusal("corrupt");
});

test("an empty file is refused: the log never leaves one", () => {
  writeFileSync(path, "");
  expectRefusal("corrupt");
});

test("a file cut inside its header is refused and left alone", async () => {
  await writeLog();
  truncateSync(path, 60);
  expectRefusal("corrupt");
});

test("a file cut anywhere else is refused and left alone", async () => {
  await writeLog();
  truncateSync(path, readFileSync(path).length - PAGE_BYTES);
  expectRefusal("corrupt");
});

test("somebody else's database is refused and left alone", () => {
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE cats (name TEXT); INSERT INTO cats VALUES ('Minka')");
  other.close();
  expectRefusal("corrupt");
});

test("a database that lost a table is refused and left alone", async () => {
  await writeLog();
  const other = new DatabaseSync(path);
  other.exec("DROP TABLE removed");
  other.close();
  expectRefusal("corrupt");
});

test("a newer format is refused and left alone", async () => {
  await writeLog();
  const other = new DatabaseSync(path);
  other.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
  other.close();
  expectRefusal("newer-format");
});

test("a newer format that only the write-ahead log knows is refused too", async () => {
  await writeLog();
  const other = new DatabaseSync(path);
  other.exec("PRAGMA wal_autocheckpoint = 0");
  other.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
  // The state that a crash leaves: the files as they are while the writer still runs.
  const crashed = join(folder.path, "crashed.db");
  for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, crashed + suffix);
  other.close();
  path = crashed;
  expectRefusal("newer-format");
});

test("a write-ahead log without its file is refused: it would be played into a new one", async () => {
  await writeLog();
  writeFileSync(`${path}-wal`, "frames");
  rmSync(path);
  expectRefusal("corrupt");
});

test("damage deep inside shows when it is met, to who meets it", async () => {
  const topic = await writeLog();
  const pages = Math.floor(readFileSync(path).length / PAGE_BYTES);
  for (let page = 8; page < pages; page += 1) {
    change(page * PAGE_BYTES, new Uint8Array(200).fill(0xee));
  }
  const log = openEmbeddedLog({ path });
  const error = await new Promise((resolve) => {
    log.subscribe({ topic, partition: 0, from: 0 }, () => undefined, { onError: resolve });
  });
  expect(error).toMatchObject({ code: "corrupt" });
  const append = log.append([{ topic, partition: 0, records: numbered(1) }]);
  await expect(append).rejects.toMatchObject({ code: "corrupt", outcome: "refused" });
  await log.close();
});

test("what an interrupted creation left is no obstacle", async () => {
  writeFileSync(`${path}.new`, "half a file");
  await writeLog();
  expect(Object.keys(content())).toEqual(["log.db"]);
});
