import type { FeedRules } from "@titan/change-feed";
import type { FaultChances } from "@titan/event-log/testing";
import type { HostRules } from "@titan/host-agent/testing";
import type { Rules, TaskStatus } from "@titan/processor-runtime";
import type { AnyView } from "./all-views.ts";

/** One history: its seed, its faults, and the rules that are switched off in it. */
export interface ClusterOptions {
  readonly seed: number;
  readonly proposals: number;
  /** The longest time between two of them; the shorter, the more is under way at once. */
  readonly stepMs?: number;
  readonly faults: FaultChances;
  /** Chance, per proposal, that an owner is killed and that a further one is started. */
  readonly crash: number;
  readonly rival: number;
  readonly rules?: Rules;
  readonly feedRules?: FeedRules;
  readonly hostRules?: HostRules;
  /** Chance that a host's process is killed at a call of its disk. */
  readonly diskCrash?: number;
  /** How many commits the feed knows the proposals of. */
  readonly windowLength?: number;
  /** Chance, per proposal, that an earlier one is sent again. */
  readonly repeat?: number;
  /** The mistake of a sender that gives a repetition the newest revision that it has seen by now. */
  readonly stampSeenAnew?: boolean;
  /** Chance, per proposal, that another version of a view is activated. */
  readonly activate?: number;
  readonly onStatus?: (role: string, status: TaskStatus) => void;
  /** Replaces a view by one with a mistake in it. */
  readonly brokenView?: AnyView;
}

export interface ClusterResult {
  readonly violations: readonly string[];
  readonly revision: number;
  /** How many cuts observers believed, to see that the run tested something. */
  readonly believed: number;
}
