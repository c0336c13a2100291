import type { EventLog } from "../event-log.ts";
import type { ThreadLogHandle } from "../threads/open-thread-log.ts";

/** The part of pino's logger that is used. */
export interface EmbeddedLogLogger {
  warn(fields: object, message: string): void;
}

export interface EmbeddedLog extends EventLog {
  /** Applies the retention of every topic now, in slices beside everything else. */
  compact(): Promise<void>;
  /**
   * What another thread of this process opens the same log with (`openThreadLog`); one for each
   * thread. Its port is to be transferred.
   */
  forThread(): ThreadLogHandle;
  /** Transactions committed since the log was opened. */
  transactions(): { readonly synced: number; readonly rebuildable: number };
}
