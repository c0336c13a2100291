import type { Placement, Reported } from "../read-model/placement-store.ts";

/** How a deployment is on one host. */
export type HostStateName = "deployed" | "behind" | "failed" | "offline" | "drifted";

export interface HostState {
  readonly host: string;
  readonly state: HostStateName;
  /** The cut of the deployment's stream that the host applied; 0 when it said nothing. */
  readonly revision: number;
  /** Since when; undefined when nothing was ever said. */
  readonly at: number | undefined;
  readonly detail: string;
}

/** A host is to report three times within this. */
const OFFLINE_AFTER_MS = 90_000;

/** A report from what is now the future was taken by a clock that has been put right since. */
export function isSilent(seenAt: number, now: number): boolean {
  return Math.abs(now - seenAt) > OFFLINE_AFTER_MS;
}

/** What the state of a placement is measured by. */
export interface Wanted {
  readonly digest: string;
  /** The revision at which what is rendered changed last. */
  readonly revision: number;
}

/** A GitOps tool said that the host runs the tree of a revision. */
export interface GitReport {
  readonly revision: number;
  readonly at: number;
}

/** Pure: what the last reports say of a deployment on a host. */
export function hostStateOf(
  placement: Placement,
  wanted: Wanted,
  git: GitReport | undefined,
  now: number,
): HostState {
  const { host, seen } = placement;
  if (seen === undefined || seen.hostCreatedRevision !== placement.hostCreatedRevision) {
    return git === undefined
      ? { host, state: "offline", revision: 0, at: undefined, detail: "it never reported" }
      : gitState(host, Math.max(wanted.revision, placement.revision), git);
  }
  const reported = ownReport(placement);
  const revision = reported?.revision ?? 0;
  if (isSilent(seen.at, now)) {
    const detail = `it has not reported for ${Math.round(Math.abs(now - seen.at) / 1_000)} s`;
    return { host, state: "offline", revision, at: seen.at, detail };
  }
  const at = reported?.since ?? seen.at;
  if (reported === undefined) {
    const detail = seen.problem === "" ? "it has not begun" : seen.problem;
    return { host, state: "behind", revision, at, detail };
  }
  if (reported.state === "failed") {
    return { host, state: "failed", revision, at, detail: reported.detail };
  }
  if (reported.state !== "deployed" || reported.digest !== wanted.digest) {
    return { host, state: "behind", revision, at, detail: reported.detail };
  }
  const { drifted } = reported;
  const detail = drifted ? "it was changed by hand and put back" : "";
  return { host, state: drifted ? "drifted" : "deployed", revision, at, detail };
}

/** The report on this incarnation of the deployment by this incarnation of the host. */
function ownReport(placement: Placement): Reported | undefined {
  const { reported, hostCreatedRevision, createdRevision } = placement;
  if (reported?.hostCreatedRevision !== hostCreatedRevision) return undefined;
  // What waits or failed may run nothing yet, and then says so with incarnation 0.
  const isOwn = reported.createdRevision === createdRevision || reported.createdRevision === 0;
  return isOwn || reported.state === "failed" ? reported : undefined;
}

/** A commit from before the deployment was on this incarnation of the host does not hold it. */
function gitState(host: string, wanted: number, { revision, at }: GitReport): HostState {
  return revision >= wanted
    ? { host, state: "deployed", revision, at, detail: "as its GitOps tool says" }
    : { host, state: "behind", revision, at, detail: "its GitOps tool runs an earlier commit" };
}
