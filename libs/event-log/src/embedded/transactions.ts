import type { DatabaseSync } from "node:sqlite";
import { LogError } from "../log-error.ts";
import { isFailedSync, toLogError } from "./sqlite-failure.ts";

export type Durability = "synced" | "rebuildable";

const SYNCHRONOUS = {
  rebuildable: { name: "NORMAL", level: 1 },
  synced: { name: "FULL", level: 2 },
} as const;

/**
 * Runs work in transactions on the one writing connection.
 *
 * Promises: when `run` returns, the work is committed, and with `synced` it is on stable storage
 * together with all that was committed before it; when it throws, nothing of it is visible, and
 * later transactions work. After a failed sync nothing is written any more until the log is opened
 * again (see `isFailedSync`).
 *
 * One connection whose `synchronous` is switched, not two: in WAL mode a FULL commit syncs the
 * whole write-ahead log, so order and durability stay one thing, and no write lock is contended.
 */
export class Transactions {
  readonly #database: DatabaseSync;
  #durability: Durability | undefined;
  #failedSync: LogError | undefined;
  readonly #counts = { rebuildable: 0, synced: 0 };

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get counts(): Readonly<Record<Durability, number>> {
    return this.#counts;
  }

  run<Result>(durability: Durability, work: () => Result): Result {
    if (this.#failedSync !== undefined) throw this.#failedSync;
    let phase: "work" | "commit" = "work";
    try {
      this.#switchTo(durability);
      this.#database.exec("BEGIN IMMEDIATE");
      const result = work();
      phase = "commit";
      this.#database.exec("COMMIT");
      this.#counts[durability] += 1;
      return result;
    } catch (error) {
      if (isFailedSync(error)) this.#failedSync = stoppedWriting(error);
      this.#rollBack();
      throw toLogError(error, phase);
    }
  }

  #switchTo(durability: Durability): void {
    if (this.#durability === durability) return;
    const { name, level } = SYNCHRONOUS[durability];
    this.#database.exec(`PRAGMA synchronous = ${name}`);
    // Prepared anew each time: a prepared one keeps the value it had when it was prepared.
    const row = this.#database.prepare("PRAGMA synchronous").get();
    if (row?.["synchronous"] !== level) {
      throw new LogError("io-failed", "refused", `SQLite did not take synchronous = ${name}`);
    }
    this.#durability = durability;
  }

  /** SQLite rolls back by itself on some errors, a full disk among them. */
  #rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }
}

function stoppedWriting(cause: unknown): LogError {
  const message = "the disk could not sync; nothing is written until the log is opened again";
  return new LogError("io-failed", "refused", message, cause);
}
