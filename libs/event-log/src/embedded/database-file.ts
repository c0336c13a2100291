import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LogError } from "../log-error.ts";
import { HEADER_BYTES, parseDatabaseHeader } from "./database-header.ts";
import { APPLICATION_ID, CREATE_TABLES, FORMAT_VERSION, PAGE_BYTES, TABLES } from "./schema.ts";
import { toLogError } from "./sqlite-failure.ts";

/** How long a write waits for a person who looks into the file with another program. */
const BUSY_MS_MAX = 1_000;
const CACHE_KIB = 32 * 1024;
const CHECKPOINT_PAGES = (16 * 1024 * 1024) / PAGE_BYTES;
const WAL_KEPT_BYTES = 64 * 1024 * 1024;

/**
 * Opens the log's file, or makes it. A file that is not ours, damaged or of a newer format is
 * refused before anything is written to it. The caller holds the file's lock. The cost does not
 * grow with the file: damage deep inside shows as `corrupt` when it is met.
 */
export function openDatabaseFile(path: string, sizeBytesMax?: number): DatabaseSync {
  if (sizeOf(path) === undefined) createFile(path);
  else checkUntouched(path);
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_MS_MAX });
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
    `);
    if (sizeBytesMax !== undefined) limitSize(database, sizeBytesMax);
    return database;
  } catch (error) {
    throw toLogError(error, "work");
  }
}

/** Built beside its place and renamed into it: a file that is there was complete once. */
function createFile(path: string): void {
  if ((sizeOf(`${path}-wal`) ?? 0) > 0) {
    throw refusal("corrupt", `${path} is missing, but its write-ahead log is there`);
  }
  const draft = `${path}.new`;
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(draft + suffix, { force: true });
  try {
    const database = new DatabaseSync(draft);
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    database.exec(`
      BEGIN;
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${FORMAT_VERSION};
      ${CREATE_TABLES}
      COMMIT;
      PRAGMA journal_mode = WAL;
    `);
    database.close();
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw toLogError(error, "work");
  }
}

/**
 * First the bytes, then a read-only connection: only that one sees a header which is newer in the
 * write-ahead log, and unlike a writing one it does not copy that log into the file when it closes.
 */
function checkUntouched(path: string): void {
  checkBytes(path);
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    const read = (pragma: string): unknown => database.prepare(`PRAGMA ${pragma}`).get()?.[pragma];
    checkIdentity(path, read("application_id"), read("user_version"));
    const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const names = new Set(rows.map((row) => row["name"]));
    const missing = TABLES.filter((table) => !names.has(table));
    if (missing.length > 0) {
      throw refusal("corrupt", `${path} has lost its tables ${missing.join(", ")}`);
    }
  } catch (error) {
    throw toLogError(error, "work");
  }
}

function checkBytes(path: string): void {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    const read = readSync(file, bytes, 0, HEADER_BYTES, 0);
    const header = parseDatabaseHeader(bytes.subarray(0, read));
    if (header === undefined) throw refusal("corrupt", `${path} is not an SQLite file`);
    checkIdentity(path, header.applicationId, header.userVersion);
    // With a write-ahead log a crash may have left the file shorter than its header says.
    const expected = (header.pages ?? 0) * header.pageBytes;
    if ((sizeOf(`${path}-wal`) ?? 0) === 0 && fstatSync(file).size < expected) {
      throw refusal("corrupt", `${path} is shorter than its header says`);
    }
  } finally {
    closeSync(file);
  }
}

function checkIdentity(path: string, applicationId: unknown, userVersion: unknown): void {
  if (applicationId !== APPLICATION_ID) {
    throw refusal("corrupt", `${path} is an SQLite file, but not a Titan log`);
  }
  if (typeof userVersion !== "number" || userVersion > FORMAT_VERSION) {
    const versions = `format ${String(userVersion)}, this program reads ${FORMAT_VERSION}`;
    throw refusal("newer-format", `${path} was written by a newer program: ${versions}`);
  }
}

function refusal(code: "corrupt" | "newer-format", message: string): LogError {
  return new LogError(code, "refused", message);
}

function limitSize(database: DatabaseSync, sizeBytesMax: number): void {
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(sizeBytesMax / PAGE_BYTES))}`);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
