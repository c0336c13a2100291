import type { Mark } from "@titan/domain";

/** A record of a logical stream: at `revision`, `key` has the value `current`. */
export interface StreamRecord {
  readonly key: string;
  readonly revision: number;
  /** As the record's own schema has it; undefined members are not there. */
  readonly current: unknown;
  readonly hash: bigint;
}

/** What a transport tells of one stream, in the order of the stream. */
export interface StreamHandler {
  /** A reading begins, from nothing: all records in force follow, then a mark. */
  begin(installation: string): void;
  record(record: StreamRecord): void;
  mark(mark: Pick<Mark, "revision" | "sum">): void;
  /** The reading broke off; another will begin after a while. */
  broken(problem: TransportProblem): void;
}

export interface TransportProblem {
  /** `denied`, `unreachable`, `misbehaved`, or what the server calls it. */
  readonly code: string;
  readonly detail: string;
}

export interface Watch {
  close(): Promise<void>;
}

/** The streams of this host and their deployments; each is `titan.host.…` or `titan.deployment.…`. */
export interface Transport {
  /** Follows a stream until closed, beginning again whenever it breaks off. */
  watch(stream: string, handler: StreamHandler): Watch;
  /** Hands over a report. Resolves with the problem when it was not taken. */
  report(report: unknown): Promise<ReportAnswer>;
}

export type ReportAnswer =
  | { readonly kind: "taken" }
  /** A report of a later incarnation is there: begin above it. */
  | { readonly kind: "stale"; readonly incarnation: string }
  | { readonly kind: "failed"; readonly problem: TransportProblem };
