import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppendQueue } from "./append-queue.ts";
import { Catalog } from "./catalog.ts";
import { openDatabaseFile } from "./database-file.ts";
import type { EmbeddedLog, EmbeddedLogLogger } from "./embedded-log.ts";
import { EmbeddedEventLog } from "./embedded-event-log.ts";
import { acquireFileLock } from "./file-lock.ts";
import { RecordReads } from "./record-reads.ts";
import { RecordWriter } from "./record-writer.ts";
import { Retention } from "./retention.ts";
import { RetentionSlices } from "./retention-slices.ts";
import { RetentionStore } from "./retention-store.ts";
import { toLogError } from "./sqlite-failure.ts";
import { Transactions } from "./transactions.ts";

const COMPACT_EVERY_MS_DEFAULT = 10 * 60 * 1_000;

export interface EmbeddedLogOptions {
  /** The database file; beside it live `-wal`, `-shm` and `.lock`. Its folder must be there. */
  readonly path: string;
  readonly logger?: EmbeddedLogLogger;
  /** Milliseconds since the epoch, for timestamps and retention. */
  readonly now?: () => number;
  /** How often retention is applied by itself; 0 for never. Ten minutes unless told. */
  readonly compactEveryMs?: number;
  /** Appends that would make the file larger are refused with `disk-full`. No limit unless told. */
  readonly sizeBytesMax?: number;
}

/**
 * The log in one SQLite file, held by one process.
 *
 * Promises what `EventLog` promises, and: appends of one turn of the event loop are one
 * transaction; acknowledged records of `synced` topics survive a power cut, those of `rebuildable`
 * ones the death of the process; offsets have gaps only where retention dropped records.
 *
 * Throws `LogError` and leaves the file as it is, byte for byte: `in-use` when another log holds
 * it, `corrupt` when it is damaged or not ours, `newer-format`.
 */
export function openEmbeddedLog(options: EmbeddedLogOptions): EmbeddedLog {
  const { logger, now = Date.now, compactEveryMs = COMPACT_EVERY_MS_DEFAULT } = options;
  const path = resolvePath(options.path);
  const lock = acquireFileLock(`${path}.lock`, process.pid);
  try {
    const database = openDatabaseFile(path, options.sizeBytesMax);
    try {
      const transactions = new Transactions(database);
      const catalog = new Catalog(database, transactions);
      const writer = new RecordWriter(database);
      const retentionStore = new RetentionStore(database);
      const slices = new RetentionSlices(retentionStore, transactions);
      const log = new EmbeddedEventLog({
        path,
        catalog,
        reads: new RecordReads(database),
        transactions,
        appends: new AppendQueue({ catalog, transactions, writer, now }),
        retention: new Retention({ catalog, store: retentionStore, slices, now }),
        release: () => {
          database.close();
          lock.release();
        },
      });
      log.compactEvery(compactEveryMs, logger);
      return log;
    } catch (error) {
      database.close();
      throw toLogError(error, "work");
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Two names of one file must have one lock. */
function resolvePath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}
