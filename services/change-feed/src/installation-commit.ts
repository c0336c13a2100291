import { installationEvents, type Commit } from "@titan/domain";

export interface NewInstallation {
  readonly installationId: string;
  readonly commitId: string;
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
  readonly views: readonly { readonly name: string; readonly version: number }[];
  readonly now: number;
}

/** Revision 1: the installation's identity, its partition counts, the workspace `default`, the views. */
export function installationCommit(made: NewInstallation): Commit {
  const events = installationEvents({ views: made.views });
  return {
    revision: 1,
    id: made.commitId,
    predecessor: "",
    proposalId: made.installationId,
    proposalPosition: -1,
    changeId: made.installationId,
    workspace: "default",
    actor: "titan",
    reason: "installation",
    committedAt: made.now,
    traceparent: "",
    accepted: true,
    refusals: [],
    outcomes: events.map(({ kind, key }) => ({ kind, key, result: "created" })),
    events,
    installation: {
      id: made.installationId,
      hostPartitions: made.hostPartitions,
      deploymentPartitions: made.deploymentPartitions,
    },
  };
}
