import type { TitanObject } from "./titan-object.ts";
import { fieldAt, listAt, textAt } from "./field-at.ts";

export const HOST_STATES = ["deployed", "behind", "failed", "offline", "drifted"] as const;
export type HostStateName = (typeof HOST_STATES)[number];

/** One step of a change on its way from the source to the hosts. */
export interface Stage {
  readonly stage: string;
  /** Empty when it was not reached. */
  readonly at: string;
  readonly revision: string;
  readonly commit: string;
  readonly image: string;
  readonly hosts: string;
}

export interface HostState {
  readonly host: string;
  readonly state: string;
  readonly revision: string;
  readonly at: string;
  readonly detail: string;
}

/** What the server says of a deployment; what it leaves out is empty here. */
export interface DeploymentStatus {
  readonly selected: number;
  readonly eligible: number;
  readonly counts: Readonly<Record<HostStateName, number>>;
  readonly stages: readonly Stage[];
  readonly hosts: readonly HostState[];
  readonly problems: readonly DeploymentProblem[];
}

export interface DeploymentProblem {
  readonly code: string;
  readonly detail: string;
}

export function deploymentStatusOf({ status }: TitanObject): DeploymentStatus {
  const count = (field: string): number => Number(fieldAt(status, "hosts", field) ?? 0);
  return {
    selected: count("selected"),
    eligible: count("eligible"),
    counts: {
      deployed: count("deployed"),
      behind: count("behind"),
      failed: count("failed"),
      offline: count("offline"),
      drifted: count("drifted"),
    },
    stages: listAt(status, "stages").map((stage) => ({
      stage: textAt(stage, "stage"),
      at: textAt(stage, "at"),
      revision: textAt(stage, "revision"),
      commit: textAt(stage, "commit"),
      image: textAt(stage, "image"),
      hosts: textAt(stage, "hosts"),
    })),
    hosts: listAt(status, "hostStates").map((state) => ({
      host: textAt(state, "host"),
      state: textAt(state, "state"),
      revision: textAt(state, "revision"),
      at: textAt(state, "at"),
      detail: textAt(state, "detail"),
    })),
    problems: listAt(status, "problems").map((problem) => ({
      code: textAt(problem, "code"),
      detail: textAt(problem, "detail"),
    })),
  };
}

/** On how many hosts the deployment is to be. */
export function hostCount({ counts }: DeploymentStatus): number {
  return HOST_STATES.reduce((sum, state) => sum + counts[state], 0);
}

/** How many of them run it; what was changed by hand has been put back. */
export function runningCount({ counts }: DeploymentStatus): number {
  return counts.deployed + counts.drifted;
}

export function problemText({ code, detail }: DeploymentProblem): string {
  return code === "" ? detail : `${detail} [${code}]`;
}
