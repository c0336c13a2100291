import type { DeploymentStatus, HostStatus, Problem } from "@titan/domain";
import type { Decision, WaitReason } from "./desired-state.ts";
import type { FilesOutcome } from "./files-driver.ts";
import type { Running } from "./owned-files.ts";

export interface ReportParts {
  readonly workspace: string;
  readonly host: string;
  readonly hostCreatedRevision: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly reportedAt: number;
  readonly installation: string;
  readonly revision: number;
  readonly agentVersion: string;
  readonly problem: Problem | null;
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly outcomes: ReadonlyMap<string, FilesOutcome>;
  readonly running: ReadonlyMap<string, Running>;
  /** Per deployment the cut of its stream that is applied. */
  readonly cuts: ReadonlyMap<string, number>;
  /** Deployments that were changed by hand and put back since the last report that was taken. */
  readonly drifted: ReadonlySet<string>;
}

const WAITING: Readonly<Record<WaitReason, string>> = {
  "host-unread": "the host's own stream was not read to a verified cut yet",
  "stream-unread": "the deployment's stream was not read to a verified cut yet",
  "stream-behind": "the deployment's stream is behind the host's",
  "stream-ahead": "the deployment's stream is ahead of the host's",
};

/** What the host says that it runs. Deployments that were removed are not in it. */
export function hostReport(parts: ReportParts): HostStatus {
  const deployments: DeploymentStatus[] = [];
  for (const [deployment, decision] of parts.decisions) {
    const outcome = parts.outcomes.get(deployment);
    if (decision.kind === "remove" && outcome?.kind !== "failed") continue;
    const running = parts.running.get(deployment);
    deployments.push({
      deployment,
      createdRevision: running?.createdRevision ?? 0,
      revision: parts.cuts.get(deployment) ?? 0,
      digest: running?.digest ?? "",
      drifted: parts.drifted.has(deployment),
      ...stateOf(decision, outcome),
    });
  }
  const { workspace, host, hostCreatedRevision, incarnation, sequence, reportedAt } = parts;
  const { installation, revision, agentVersion, problem } = parts;
  return {
    workspace,
    host,
    hostCreatedRevision,
    incarnation,
    sequence,
    reportedAt,
    installation,
    revision,
    agentVersion,
    deployments,
    problem,
  };
}

function stateOf(
  decision: Decision,
  outcome: FilesOutcome | undefined,
): Pick<DeploymentStatus, "state" | "error"> {
  if (outcome?.kind === "failed") {
    const { code, detail } = outcome;
    return { state: "failed", error: { code, detail, pointer: "" } };
  }
  switch (decision.kind) {
    case "failed":
      return { state: "failed", error: decision.problem };
    case "wait":
      return {
        state: "waiting",
        error: { code: decision.reason, detail: WAITING[decision.reason], pointer: "" },
      };
    case "run":
    case "remove":
      return { state: "deployed", error: null };
  }
}
