import {
  bindFiles,
  describeTemplateProblem,
  splitKey,
  type BoundFile,
  type HostDeployment,
  type RenderedDeployment,
} from "@titan/domain";
import type { View } from "@titan/processor-runtime";

/** What one host runs of one deployment. */
export interface PlacedDeployment {
  readonly host: string;
  readonly hostLabels: Readonly<Record<string, string>>;
  readonly rendered: RenderedDeployment;
}

export interface GitTreeState {
  readonly placed: Map<string, HostDeployment>;
  readonly rendered: Map<string, RenderedDeployment>;
  /** Deployment key → keys of the pairs that it is in. */
  readonly pairs: Map<string, Set<string>>;
}

/**
 * The Git tree as a function of the revision: for each host and deployment the rendered files.
 * Files of another incarnation than the host is to run are not shown.
 */
export const gitTree: View<GitTreeState, PlacedDeployment> = {
  name: "gitops-writer",
  version: 1,
  scope: "whole",
  consumes: ["titan.host-deployment", "titan.rendered-deployment"],
  emits: { kind: "elsewhere" },
  empty: () => ({ placed: new Map(), rendered: new Map(), pairs: new Map() }),

  learn(state, records) {
    const keys = new Set<string>();
    for (const { stream, key, current } of records) {
      if (stream === "titan.host-deployment") {
        const placed = current as HostDeployment | null;
        const deployment = deploymentOf(key);
        let pairs = state.pairs.get(deployment);
        if (pairs === undefined) state.pairs.set(deployment, (pairs = new Set()));
        if (placed === null) {
          state.placed.delete(key);
          pairs.delete(key);
        } else {
          state.placed.set(key, placed);
          pairs.add(key);
        }
        if (pairs.size === 0) state.pairs.delete(deployment);
        keys.add(key);
      } else if (stream === "titan.rendered-deployment") {
        if (current === null) state.rendered.delete(key);
        else state.rendered.set(key, current as RenderedDeployment);
      }
    }
    for (const { stream, key } of records) {
      if (stream !== "titan.rendered-deployment") continue;
      for (const pair of state.pairs.get(key) ?? []) keys.add(pair);
    }
    return keys;
  },

  value(state, key) {
    const placed = state.placed.get(key);
    if (placed === undefined) return undefined;
    const rendered = state.rendered.get(placed.deployment);
    if (rendered?.createdRevision !== placed.createdRevision) return undefined;
    return { host: placed.host, hostLabels: placed.hostLabels, rendered };
  },

  keys: (state) => state.placed.keys(),
};

/** The files of a placed deployment, or why there are none to show. */
export function filesOf({ host, hostLabels, rendered }: PlacedDeployment): {
  readonly files: readonly BoundFile[];
  readonly problem: string | null;
} {
  if (rendered.problem !== null) return { files: [], problem: rendered.problem.detail };
  const bound = bindFiles(rendered.files, { name: splitKey(host).name, labels: hostLabels });
  if (bound.ok) return { files: bound.files, problem: null };
  return { files: [], problem: bound.problems.map(describeTemplateProblem).join("; ") };
}

function deploymentOf(key: string): string {
  return key.split("/").slice(2).join("/");
}
