import type { SQLOutputValue } from "node:sqlite";
import type { Retention } from "../event-log.ts";
import { LogError } from "../log-error.ts";

/** Between the columns of a topic's row and its specification. What does not fit is `corrupt`. */
/** The one number of a retention, 0 where it has none. */
export function retentionMs(retention: Retention): number {
  switch (retention.kind) {
    case "forever":
      return 0;
    case "age":
      return retention.ageMs;
    case "latest":
      return retention.lagMs;
  }
}

export function toRetention(kind: string, ms: number): Retention {
  switch (kind) {
    case "forever":
      return { kind };
    case "age":
      return { kind, ageMs: ms };
    case "latest":
      return { kind, lagMs: ms };
    default:
      throw new LogError("corrupt", "refused", `the log's file names the retention "${kind}"`);
  }
}

/** A whole number that is at least `min` and at most `max`. */
export function integer(
  value: SQLOutputValue | undefined,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new LogError("corrupt", "refused", "the log's file does not hold a number that can be");
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value === "string") return value;
  throw new LogError("corrupt", "refused", "the log's file holds no text where it belongs");
}
