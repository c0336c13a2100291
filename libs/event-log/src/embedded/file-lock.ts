import { DatabaseSync } from "node:sqlite";
import { LogError } from "../log-error.ts";
import { isBusy, isFull, toLogError } from "./sqlite-failure.ts";

/** How long two that open at the same moment wait for each other's short transaction. */
const HANDOVER_MS_MAX = 2_000;

interface FileLock {
  release(): void;
}

/**
 * Makes this the only holder of `path`, or throws `in-use` naming the holder's process id.
 *
 * The lock file is a tiny SQLite database whose write lock is held for as long as the log is open,
 * so the kernel owns the lock: it ends with its process however that dies, can not be stale, is
 * race-free, holds between containers (where process ids say nothing), and SQLite extends it to
 * two opens in one process. The file's `user_version` is the holder's pid, for the message only.
 * The file stays when the lock is released: removing it would be a race.
 */
export function acquireFileLock(path: string, pid: number): FileLock {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // A journal on disk would need room: a full disk must not keep anybody from reading.
    database.exec("PRAGMA journal_mode = MEMORY");
    takeWriteLock(database);
    writeHolder(database, pid);
    // Whoever comes in between holds the lock, and its own pid is in the file.
    takeWriteLock(database);
  } catch (error) {
    const refusal = isBusy(error) ? inUse(database, path) : cannotLock(error, path);
    database?.close();
    throw refusal;
  }
  const held = database;
  return { release: () => held.close() };
}

function takeWriteLock(database: DatabaseSync): void {
  database.exec("BEGIN IMMEDIATE");
}

/** Ends the transaction. Without room for it the holder has no name, but holds all the same. */
function writeHolder(database: DatabaseSync, pid: number): void {
  database.exec(`PRAGMA busy_timeout = ${HANDOVER_MS_MAX}`);
  try {
    database.exec(`PRAGMA user_version = ${pid}`);
    database.exec("COMMIT");
  } catch (error) {
    if (!isFull(error)) throw error;
    if (database.isTransaction) database.exec("ROLLBACK");
  }
  database.exec("PRAGMA busy_timeout = 0");
}

function cannotLock(error: unknown, path: string): unknown {
  const failure = toLogError(error, "work");
  if (!(failure instanceof LogError)) return failure;
  return new LogError(
    failure.code,
    "refused",
    `${path} can not be locked: ${failure.message}`,
    error,
  );
}

function inUse(database: DatabaseSync | undefined, path: string): LogError {
  return new LogError("in-use", "refused", `the log is in use by ${holder(database)} (${path})`);
}

function holder(database: DatabaseSync | undefined): string {
  try {
    database?.exec(`PRAGMA busy_timeout = ${HANDOVER_MS_MAX}`);
    const pid = database?.prepare("PRAGMA user_version").get()?.["user_version"];
    return typeof pid === "number" && pid > 0 ? `process ${pid}` : "another process";
  } catch (error) {
    if (isBusy(error)) return "another process";
    throw error;
  }
}
