import type { FeedRules } from "@titan/change-feed";
import type { FaultChances } from "@titan/event-log/testing";
import type { HostRules } from "@titan/host-agent/testing";
import type { Rules, TaskStatus } from "@titan/processor-runtime";
import type { AnyView } from "./all-views.ts";
import type { ClusterChances } from "./cluster-faults.ts";
import type { Habits } from "./generator.ts";
import type { HostFortunes } from "./sim-host-fortunes.ts";

/** One history: its seed, its faults, and the rules that are switched off in it. */
export interface ClusterOptions extends ClusterChances {
  readonly seed: number;
  readonly proposals: number;
  /** The longest time between two of them; the shorter, the more is under way at once. */
  readonly stepMs?: number;
  readonly faults: FaultChances;
  /** What befalls the hosts, in place of what does unless told. */
  readonly fortunes?: Partial<HostFortunes>;
  /** Whether a random subset of all that may go wrong is left out; which one, the seed says. */
  readonly isSubset?: boolean;
  readonly rules?: Rules;
  readonly feedRules?: FeedRules;
  readonly hostRules?: HostRules;
  /** What those who propose like to do, in place of what they do unless told. */
  readonly habits?: Partial<Habits>;
  /** How many commits the feed knows the proposals of. */
  readonly windowLength?: number;
  /** The mistake of a sender that gives a repetition the newest revision that it has seen by now. */
  readonly stampSeenAnew?: boolean;
  /** False is the mistake of a log that tells where a batch begins though it is not in one piece. */
  readonly tellsParts?: boolean;
  readonly onStatus?: (role: string, status: TaskStatus) => void;
  /** Replaces a view by one with a mistake in it. */
  readonly brokenView?: AnyView;
  /** Two unless told. */
  readonly hosts?: number;
  /** Two unless told. */
  readonly replicas?: number;
  /** Whether there are writers of a Git repository; there are unless told. */
  readonly git?: boolean;
  /** What is not sent: of a step everything, or operations by their number. */
  readonly leaveOut?: Readonly<Record<number, "all" | readonly number[]>>;
  /** Whether the history can be read afterwards. */
  readonly keepHistory?: boolean;
}

export interface ClusterResult {
  readonly violations: readonly string[];
  readonly revision: number;
  /** How many cuts observers believed, to see that the run tested something. */
  readonly believed: number;
  /** How many states of read models were compared. */
  readonly compared: number;
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Of everything that happened, in order. */
  readonly trace: string;
  readonly events: number;
  /** What was done and what befell, when it was asked for. */
  readonly history: readonly string[];
}
