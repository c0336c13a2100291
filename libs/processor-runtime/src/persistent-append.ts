import { LogError, type AppendBatch, type EventLog } from "@titan/event-log";
import type { Clock } from "./clock.ts";

const RETRY_FIRST_MS = 20;
const RETRY_LAST_MS = 5_000;

/** What a retried append tells the outside, so that a service that holds can say so. */
export type OnHold = (error: LogError, attempt: number) => void;

/**
 * Appends until it is acknowledged. Repeating is harmless: every record is a true statement
 * about one revision, so a second copy says the same. Gives up only when the log is closed, or
 * when the log refuses the records themselves.
 */
export async function appendPersistently(
  log: EventLog,
  batches: readonly AppendBatch[],
  clock: Clock,
  onHold: OnHold = () => {},
): Promise<readonly (number | undefined)[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await log.append(batches);
    } catch (error) {
      if (!(error instanceof LogError) || isFinal(error)) throw error;
      onHold(error, attempt);
      await clock.sleep(Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 16), RETRY_LAST_MS));
    }
  }
}

function isFinal(error: LogError): boolean {
  switch (error.code) {
    case "closed":
    case "corrupt":
    case "newer-format":
    case "in-use":
    case "partition-count-differs":
    case "record-too-large":
    case "unknown-topic":
    case "cluster-changed":
      return true;
    case "disk-full":
    case "io-failed":
    case "not-acknowledged":
    case "unreachable":
      return false;
  }
}
