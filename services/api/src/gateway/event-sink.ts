import type { Caller } from "../caller.ts";

/** Where the events of one caller go. */
export interface EventSink {
  readonly caller: Caller;
  readonly closed: boolean;
  /** Sends, or keeps so much of it as a reader may be behind. */
  send(text: string): void;
  /** Called at intervals: says something if nothing was said since. */
  keepAlive(): void;
  /** The last event says why. */
  end(code: string, detail: string): void;
}
