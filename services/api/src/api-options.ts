import type { Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import type { Layout } from "@titan/processor-runtime/service";
import type { Clock } from "@titan/processor-runtime";
import type { FastifyBaseLogger } from "fastify";

/** What a task of this installation is doing, as `GET /v1/installation` shows it. */
export interface OfferedTask {
  readonly name: string;
  readonly version: number;
  readonly status: { readonly kind: string; readonly revision?: number };
}

export interface ApiOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly installation: Installation;
  /** The SQLite file that this replica keeps, or `:memory:`. */
  readonly readModelPath: string;
  readonly logger: FastifyBaseLogger;
  /** Where the rendered files are committed, for people to see. */
  readonly gitUrl?: string;
  /** Which version of each view the running tasks have; any may be activated when it is left out. */
  readonly offeredViews?: ReadonlyMap<string, number>;
  /** How many hosts and deployments the feed accepts, for dry runs; no limit unless told. */
  readonly entityTopicsMax?: number;
  /** How hosts get their streams, for people to see; `per-entity` unless told. */
  readonly layout?: Layout;
  readonly tasks?: () => readonly OfferedTask[];
  readonly version?: string;
  readonly timing?: Partial<ApiTiming>;
}

export interface ApiTiming {
  /** How long a write waits for its verdict. */
  readonly verdictTimeoutMs: number;
  /** How long a read waits for a revision that was not folded yet. */
  readonly lagTimeoutMs: number;
  /** How often a stream that is silent says that it is there. */
  readonly keepAliveMs: number;
}

export const API_TIMING: ApiTiming = {
  verdictTimeoutMs: 30_000,
  lagTimeoutMs: 10_000,
  keepAliveMs: 15_000,
};
