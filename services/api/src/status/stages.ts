import { splitKey, type Deployment } from "@titan/domain";
import type { ReadModel } from "../read-model/read-model.ts";
import type { HostState } from "./host-state.ts";
import type { RenderedNow } from "./rendered-now.ts";

/** One step on the way from the source to the hosts; one that was not reached has no `at`. */
export interface Stage {
  readonly stage: "source" | "build" | "container" | "eventSent" | "git" | "deployed";
  readonly revision?: number;
  readonly commit?: string;
  readonly image?: string;
  readonly url?: string;
  readonly hosts?: string;
  readonly at?: string;
}

/**
 * The way of a deployment: source and build as they were reported for its workload, the revision
 * that last changed what is rendered, the cut at which its events were there, the first Git commit
 * that holds it, and its hosts.
 */
export function stagesOf(
  model: ReadModel,
  deployment: Deployment,
  rendered: RenderedNow | undefined,
  states: readonly HostState[],
): readonly Stage[] {
  return [
    reported(model, deployment, "source"),
    reported(model, deployment, "build"),
    ...(rendered?.value.createdRevision === deployment.createdRevision
      ? reached(model, rendered, states)
      : NOT_REACHED),
  ];
}

const NOT_REACHED: readonly Stage[] = [
  { stage: "container" },
  { stage: "eventSent" },
  { stage: "git" },
  { stage: "deployed" },
];

function reported(
  { observations }: ReadModel,
  deployment: Deployment,
  stage: "source" | "build",
): Stage {
  const { workspace, name } = splitKey(deployment.workload);
  const report = observations.reports.last(workspace, name, stage);
  if (report === undefined) return { stage };
  const { commit, image, url, reportedAt } = report;
  return {
    stage,
    commit,
    ...(image === "" ? {} : { image }),
    ...(url === "" ? {} : { url }),
    at: iso(reportedAt),
  };
}

function reached(
  model: ReadModel,
  { revision }: RenderedNow,
  states: readonly HostState[],
): readonly Stage[] {
  const { nouns, derived, observations } = model;
  const committedAt = nouns.changes.at(revision)?.committedAt;
  // A replica that began later saw it there when it began; the change itself is older.
  const sentAt = derived.store.reachedAt(revision);
  const commit = observations.reports.firstCommitFrom(revision);
  return [
    { stage: "container", revision, ...at(committedAt) },
    { stage: "eventSent", revision, ...at(sentAt) },
    commit === undefined
      ? { stage: "git", revision }
      : { stage: "git", revision, commit: commit.commit, at: iso(commit.committedAt) },
    hostsStage(revision, states),
  ];
}

/** A host that was drifted and put back runs it too. */
function hostsStage(revision: number, states: readonly HostState[]): Stage {
  const running = states.filter(({ state }) => state === "deployed" || state === "drifted");
  const hosts = `${running.length}/${states.length}`;
  const last = Math.max(0, ...running.map((state) => state.at ?? 0));
  const all = states.length > 0 && running.length === states.length;
  return { stage: "deployed", revision, hosts, ...(all ? { at: iso(last) } : {}) };
}

function at(timeMs: number | undefined): { readonly at?: string } {
  return timeMs === undefined ? {} : { at: iso(timeMs) };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
