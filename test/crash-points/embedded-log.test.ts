import { DatabaseSync } from "node:sqlite";
import { openEmbeddedLog } from "@titan/event-log";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Acknowledged,
  contentOf,
  CrashFolder,
  type CrashedFiles,
  createTopics,
  REBUILDABLE,
  SYNCED,
} from "./crashed-log.ts";

/** https://sqlite.org/fileformat2.html#walformat */
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_BYTES = 8192;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;

/** Where a frame is torn: in its header, between header and page, in the page, before its end. */
const TEARS = [1, 8, 16, 23, 24, 25, 24 + 512, 24 + 4096, FRAME_BYTES - 1] as const;

let folder: CrashFolder;
beforeEach(() => void (folder = new CrashFolder()));
afterEach(() => folder[Symbol.dispose]());

interface History {
  /** Oldest first. */
  readonly acknowledged: readonly Acknowledged[];
  readonly files: CrashedFiles;
}

/** Transactions of one and of many frames, of both kinds of topics, one after the other. */
async function writeHistory(name: string, rounds: number): Promise<History> {
  const path = folder.path(name);
  const log = openEmbeddedLog({ path, compactEveryMs: 0 });
  const acknowledged: Acknowledged[] = [];
  const note = async (durability: Acknowledged["durability"]): Promise<void> => {
    const { wal } = folder.snapshot(name);
    acknowledged.push({ content: await contentOf(log), walBytes: wal.length, durability });
  };
  await createTopics(log);
  await note("synced");
  for (let round = 0; round < rounds; round += 1) {
    for (const [topic, bytes, count] of [
      [REBUILDABLE, 10, 1],
      [SYNCED, 20_000, 2],
      [REBUILDABLE, 9_000, 1],
      [REBUILDABLE, 100, 3],
      [SYNCED, 10, 1],
    ] as const) {
      const value = Buffer.alloc(bytes, 97 + round);
      const records = Array.from({ length: count }, (_, at) => ({ key: `${round}-${at}`, value }));
      await log.append([{ topic, partition: 0, records }]);
      await note(topic === SYNCED ? "synced" : "rebuildable");
    }
  }
  const files = folder.snapshot(name);
  await log.close();
  return { acknowledged, files };
}

/** What must be there when all frames below a length landed whole and no later one did. */
function prefixAt({ acknowledged }: History, walBytes: number): string {
  return acknowledged.findLast((each) => each.walBytes <= walBytes)?.content ?? "[]";
}

function framesIn(bytes: number): number {
  return (bytes - WAL_HEADER_BYTES) / FRAME_BYTES;
}

const endOf = (frame: number): number => WAL_HEADER_BYTES + frame * FRAME_BYTES;

test("cut at every frame, the log holds exactly the transactions that were whole, and goes on", async () => {
  const history = await writeHistory("log.db", 3);
  const { database, wal } = history.files;
  const frames = framesIn(wal.length);
  expect(Number.isInteger(frames)).toBe(true);
  expect(frames).toBeGreaterThan(30);
  for (let frame = 0; frame <= frames; frame += 1) {
    const end = endOf(frame);
    const content = await folder.reopen({ database, wal: wal.subarray(0, end) });
    expect(content, `after frame ${frame}`).toBe(prefixAt(history, end));
  }
  for (const bytes of [0, 1, 16, 31]) {
    expect(await folder.reopen({ database, wal: wal.subarray(0, bytes) })).toBe("[]");
  }
});

test("torn inside any frame, cut short or with old bytes behind, no half transaction is seen", async () => {
  const history = await writeHistory("log.db", 2);
  const { database, wal } = history.files;
  const frames = framesIn(wal.length);
  for (let frame = 0; frame < frames; frame += 1) {
    for (const [at, tear] of TEARS.entries()) {
      const end = endOf(frame) + tear;
      const cut = wal.subarray(0, end);
      const padded = new Uint8Array(wal.length).fill(0xa5);
      padded.set(cut);
      // Each tear in turn: they differ in what the file's length says.
      const torn = (frame + at) % 2 === 0 ? cut : padded;
      const content = await folder.reopen({ database, wal: torn });
      expect(content, `torn ${tear} bytes into frame ${frame}`).toBe(
        prefixAt(history, endOf(frame)),
      );
    }
  }
});

test("after a power cut all is there up to the last sync, whichever later frames landed", async () => {
  const history = await writeHistory("log.db", 2);
  const { database, wal } = history.files;
  const { acknowledged } = history;
  let disks = 0;
  for (const [at, last] of acknowledged.entries()) {
    // The disk may hold any of the frames that came after the last sync, in any order of landing.
    const synced = acknowledged.slice(0, at + 1).findLast((each) => each.durability === "synced");
    const from = framesIn(synced?.walBytes ?? WAL_HEADER_BYTES);
    const to = framesIn(last.walBytes);
    for (let landed = 0; landed < 2 ** (to - from); landed += 1) {
      const disk = Uint8Array.from(wal.subarray(0, endOf(to)));
      let whole = true;
      let believed = from;
      for (let frame = from; frame < to; frame += 1) {
        if ((landed >> (frame - from)) % 2 === 0) {
          disk.fill(0, endOf(frame), endOf(frame + 1));
          whole = false;
        }
        if (whole) believed = frame + 1;
      }
      const content = await folder.reopen({ database, wal: disk });
      expect(content, `transaction ${at}, frames ${landed.toString(2)}`).toBe(
        prefixAt(history, endOf(believed)),
      );
      disks += 1;
    }
  }
  expect(disks).toBeGreaterThan(50);
});

test("a power cut while frames are copied into the database loses nothing", async () => {
  const history = await writeHistory("log.db", 2);
  const { database, wal } = history.files;
  const after = checkpointed(history.files);
  const pages = after.length / PAGE_BYTES;
  const content = history.acknowledged.at(-1)?.content;
  for (let page = 0; page < pages; page += 1) {
    for (const landed of [0, 512, PAGE_BYTES] as const) {
      // Pages before this one are copied, this one up to a sector, later ones not.
      const disk = new Uint8Array(Math.max(database.length, (page + 1) * PAGE_BYTES));
      disk.set(database);
      disk.set(after.subarray(0, page * PAGE_BYTES + landed));
      expect(await folder.reopen({ database: disk, wal }), `page ${page}`).toBe(content);
    }
  }
});

/** The database after all of its write-ahead log was copied into it. */
function checkpointed({ database, wal }: CrashedFiles): Uint8Array {
  const name = "checkpointed.db";
  folder.write(name, { database, wal });
  const other = new DatabaseSync(folder.path(name));
  other.exec("PRAGMA wal_autocheckpoint = 0");
  expect(other.prepare("PRAGMA wal_checkpoint(PASSIVE)").get()).toMatchObject({ busy: 0 });
  const after = folder.snapshot(name).database;
  other.close();
  return after;
}

test("frames of an older write-ahead log behind the end are not taken for new ones", async () => {
  const name = "log.db";
  const path = folder.path(name);
  const { acknowledged } = await writeHistory(name, 2);
  const log = openEmbeddedLog({ path, compactEveryMs: 0 });
  const append = (key: string, bytes: number): Promise<readonly (number | undefined)[]> => {
    const value = Buffer.alloc(bytes, 120);
    return log.append([{ topic: SYNCED, partition: 0, records: [{ key, value }] }]);
  };
  await append("long", 100_000);
  // Everything is copied into the database, and the next frame overwrites the first.
  const other = new DatabaseSync(path);
  other.exec("PRAGMA wal_checkpoint(RESTART)");
  other.close();
  const base = await contentOf(log);
  await append("short", 10);
  const { database, wal } = folder.snapshot(name);
  const whole = await contentOf(log);
  await log.close();
  expect(base).not.toBe(acknowledged.at(-1)?.content);
  const frames = framesIn(wal.length);
  expect(frames).toBeGreaterThan(10);
  expect(await folder.reopen({ database, wal })).toBe(whole);
  const seen = new Set<string>();
  for (let frame = 0; frame < frames; frame += 1) {
    seen.add(await folder.reopen({ database, wal: wal.subarray(0, endOf(frame)) }));
  }
  expect([...seen].sort()).toEqual([base, whole].sort());
});
