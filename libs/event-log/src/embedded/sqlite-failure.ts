import { LogError } from "../log-error.ts";

const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
const SQLITE_IOERR_FSYNC = 1034;
const SQLITE_IOERR_DIR_FSYNC = 1290;

/** Where in a transaction SQLite failed: only a failing commit leaves it open what landed. */
type TransactionPhase = "work" | "commit";

/** SQLite's extended result code, where the error comes from SQLite. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

export function isBusy(error: unknown): boolean {
  return primary(error) === SQLITE_BUSY;
}

export function isFull(error: unknown): boolean {
  return primary(error) === SQLITE_FULL;
}

/**
 * After a failed sync the kernel may call lost pages clean, so that a later sync proves nothing
 * about them: whoever sees this must not acknowledge anything any more.
 */
export function isFailedSync(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_IOERR_FSYNC || code === SQLITE_IOERR_DIR_FSYNC;
}

/** The `LogError` for what SQLite threw; anything else is a bug and comes back as it is. */
export function toLogError(error: unknown, phase: TransactionPhase): unknown {
  if (error instanceof LogError) return error;
  const code = primary(error);
  if (isUnreadableNumber(error)) {
    return new LogError(
      "corrupt",
      "refused",
      "the log's file holds a number that is too large",
      error,
    );
  }
  if (code === undefined) return error;
  // The frame that commits is written last; when the disk was full it was not written.
  if (code === SQLITE_FULL) return new LogError("disk-full", "refused", "the disk is full", error);
  const outcome = phase === "commit" && code !== SQLITE_BUSY ? "unknown" : "refused";
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new LogError("corrupt", outcome, "the log's file is damaged", error);
  }
  const detail = error instanceof Error ? error.message : String(error);
  const what = code === SQLITE_IOERR ? "reading or writing the log's file failed" : "SQLite failed";
  return new LogError("io-failed", outcome, `${what}: ${detail}`, error);
}

/** We write none that JavaScript can not hold, and Node refuses to read one. */
function isUnreadableNumber(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_OUT_OF_RANGE";
}

function primary(error: unknown): number | undefined {
  const code = sqliteCode(error);
  return code === undefined ? undefined : code & 0xff;
}
