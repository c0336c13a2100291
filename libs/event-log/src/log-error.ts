export type LogErrorCode =
  | "partition-count-differs"
  | "unknown-topic"
  | "record-too-large"
  | "disk-full"
  | "io-failed"
  | "closed"
  | "in-use"
  | "corrupt"
  | "newer-format"
  | "not-acknowledged"
  | "unreachable"
  | "cluster-changed";

/**
 * What the log could not do. `outcome` says what the caller may conclude: `refused`, nothing was
 * written; `unknown`, it may have been, now or later, once or several times.
 */
export class LogError extends Error {
  readonly code: LogErrorCode;
  readonly outcome: "refused" | "unknown";

  constructor(
    code: LogErrorCode,
    outcome: "refused" | "unknown",
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "LogError";
    this.code = code;
    this.outcome = outcome;
  }
}
