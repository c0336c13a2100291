import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { textOf } from "./columns.ts";
import { TABLES, TABLES_VERSION } from "./tables.ts";

const IN_MEMORY = ":memory:";
const PAGE_CACHE_KIB = 64 * 1024;
/**
 * A page that many transactions touch is written to the file once for so much of the write-ahead log.
 * Everybody waits for as long as that takes: 4 MiB are some five milliseconds.
 */
const CHECKPOINT_PAGES = 1_024;

/**
 * The SQLite file of one API replica. Everything in it comes from the log, so a file of another
 * version, of another installation, or that can not be read is thrown away.
 */
export class ReadModelFile {
  readonly database: DatabaseSync;
  readonly #get;
  readonly #set;

  readonly #path: string;
  readonly #installation: string;

  private constructor(database: DatabaseSync, path: string, installation: string) {
    this.database = database;
    this.#path = path;
    this.#installation = installation;
    this.#get = database.prepare("SELECT value FROM meta WHERE name = ?");
    this.#set = database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
  }

  static open(path: string, installation: string): ReadModelFile {
    if (path !== IN_MEMORY) {
      const found = openIfUsable(path, installation);
      if (found !== undefined) return new ReadModelFile(found, path, installation);
      removeFile(path);
    }
    const database = new DatabaseSync(path);
    prepare(database);
    database.exec("BEGIN");
    database.exec(TABLES);
    const file = new ReadModelFile(database, path, installation);
    file.set("installation", installation);
    database.exec(`PRAGMA user_version = ${TABLES_VERSION}`);
    database.exec("COMMIT");
    return file;
  }

  /** Closes it, throws it away, and begins with an empty one. */
  discard(): ReadModelFile {
    this.close();
    if (this.#path !== IN_MEMORY) removeFile(this.#path);
    return ReadModelFile.open(this.#path, this.#installation);
  }

  get(name: string): string | undefined {
    const row = this.#get.get(name);
    return row === undefined ? undefined : textOf(row, "value");
  }

  getNumber(name: string): number | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : Number(value);
  }

  set(name: string, value: string | number): void {
    this.#set.run(name, String(value));
  }

  /** All of `work` or nothing of it. */
  transaction(work: () => void): void {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.database.exec("COMMIT");
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }
}

/** `NORMAL` may lose the newest transactions with the power, never the file: they are read again. */
function prepare(database: DatabaseSync): void {
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -${PAGE_CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
  );
}

function openIfUsable(path: string, installation: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    prepare(database);
    const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
    if (version === TABLES_VERSION) {
      const row = database.prepare("SELECT value FROM meta WHERE name = 'installation'").get();
      if (row !== undefined && textOf(row, "value") === installation) return database;
    }
  } catch {
    // What can not be read is made again.
  }
  database?.close();
  return undefined;
}

function removeFile(path: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
}
