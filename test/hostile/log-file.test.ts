import { existsSync, readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { LogError, openEmbeddedLog } from "@titan/event-log";
import { integerBelow, type Random } from "@titan/event-log/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentOf, CrashFolder, createTopics, SYNCED } from "../crash-points/crashed-log.ts";
import { casesOf, tryEach } from "./cases.ts";
import { mutated, randomness } from "./hostile-values.ts";

/** Opening, reading and writing a log costs some hundred cheap cases. */
const FILES = casesOf(20);

let folder: CrashFolder;
let closed: Uint8Array;
let open: { readonly database: Uint8Array; readonly wal: Uint8Array };
let count = 0;

beforeAll(async () => {
  folder = new CrashFolder();
  const log = openEmbeddedLog({ path: folder.path("log.db"), compactEveryMs: 0 });
  await createTopics(log);
  for (let at = 0; at < 20; at += 1) {
    const records = [{ key: `key-${at}`, value: Buffer.alloc(at * 50, at) }];
    await log.append([{ topic: SYNCED, partition: 0, records }]);
  }
  open = folder.snapshot("log.db");
  await log.close();
  closed = readFileSync(folder.path("log.db"));
});
afterAll(() => folder[Symbol.dispose]());

/** Opens, reads all, appends and applies retention; answers with the code where it was refused. */
async function use(database: Uint8Array, wal: Uint8Array): Promise<string> {
  const name = `hostile-${(count += 1)}.db`;
  folder.write(name, { database, wal });
  try {
    const log = openEmbeddedLog({ path: folder.path(name), compactEveryMs: 0 });
    try {
      await contentOf(log);
      await log.append([
        { topic: SYNCED, partition: 0, records: [{ key: "k", value: Buffer.of(1) }] },
      ]);
      await log.compact();
    } finally {
      await log.close();
    }
    return "works";
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return error.code;
  } finally {
    folder.remove(name);
  }
}

/** Most of a small file is empty: what is changed is where something stands. */
function flipped(original: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(original);
  for (let change = integerBelow(random, 8); change >= 0; change -= 1) {
    let at = integerBelow(random, bytes.length);
    while (at < bytes.length - 1 && bytes[at] === 0 && random() < 0.99) at += 1;
    bytes[at] =
      random() < 0.5
        ? integerBelow(random, 256)
        : (bytes[at] ?? 0) ^ (1 << integerBelow(random, 8));
  }
  return bytes;
}

test(`${FILES} damaged files work or are refused by a LogError`, { timeout: 600_000 }, async () => {
  const outcomes = new Set<string>();
  await tryEach(
    fc.tuple(randomness, fc.constantFrom("database", "wal", "both", "cut")),
    async ([random, what]) => {
      switch (what) {
        case "database":
          outcomes.add(await use(flipped(closed, random), new Uint8Array()));
          break;
        case "wal":
          outcomes.add(await use(open.database, flipped(open.wal, random)));
          break;
        case "both":
          outcomes.add(await use(flipped(open.database, random), flipped(open.wal, random)));
          break;
        case "cut":
          outcomes.add(await use(mutated(closed, random), mutated(open.wal, random)));
          break;
      }
    },
    FILES,
  );
  expect([...outcomes]).toEqual(expect.arrayContaining(["works", "corrupt"]));
});

const NUMBERS = [-1, 0, 1, 2 ** 31, 2 ** 53 - 1, 1e15, -(2 ** 53)];
const TEXTS = [
  "",
  "latest",
  "forever",
  "age",
  "synced",
  "x".repeat(1_000),
  "__proto__",
  "'; DROP TABLE records; --",
];
const COLUMNS = {
  topics: ["first_partition", "name", "partitions", "retention", "retention_ms", "durability"],
  partitions: ["id", "start", "next", "cleaned", "kept"],
  records: ["partition", "offset", "time", "key"],
} as const;
const TEXT_COLUMNS: readonly string[] = ["name", "retention", "durability", "key"];

test("rows that SQLite takes and that mean nonsense are refused by a LogError or work", async () => {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const column of columns) {
      for (const value of TEXT_COLUMNS.includes(column) ? TEXTS : NUMBERS) {
        const name = "tampered.db";
        folder.write(name, { database: closed, wal: new Uint8Array() });
        const other = new DatabaseSync(folder.path(name));
        other.prepare(`UPDATE OR REPLACE ${table} SET ${column} = ?`).run(value);
        other.close();
        const tampered = readFileSync(folder.path(name));
        await use(tampered, new Uint8Array()).catch((error: unknown) => {
          throw new Error(`${table}.${column} = ${value}: ${String(error)}`, { cause: error });
        });
      }
    }
  }
});

test("nothing but the log's own files was made beside it", () => {
  const names = readdirSync(folder.path("."));
  expect(names.filter((name) => !/^(log|tampered)\.db(-wal|-shm|\.lock)?$/.test(name))).toEqual([]);
  expect(existsSync(folder.path("log.db"))).toBe(true);
});
