import { DatabaseSync } from "node:sqlite";
import type { MessagePort } from "node:worker_threads";
import { RecordReads } from "../embedded/record-reads.ts";
import type { EventLog } from "../event-log.ts";
import { ThreadEventLog } from "./thread-event-log.ts";

/** Goes to a thread; its port is to be in the list of what is transferred. */
export interface ThreadLogHandle {
  /** Of the log's file. */
  readonly path: string;
  readonly port: MessagePort;
}

/** How long a read waits for a person who looks into the file with another program. */
const BUSY_MS_MAX = 1_000;
const CACHE_KIB = 8 * 1024;

/**
 * The embedded log that another thread of this process holds. What it promises is the same: that
 * thread appends, and this one reads the file. When that one closes, this is closed too.
 */
export function openThreadLog({ path, port }: ThreadLogHandle): EventLog {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS_MAX });
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  return new ThreadEventLog(port, new RecordReads(database), () => database.close());
}
