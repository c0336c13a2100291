import { deploymentFanout } from "@titan/deployment-fanout";
import type { Host } from "@titan/domain";
import type { InputRecord } from "@titan/processor-runtime";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import type { AnyView } from "./all-views.ts";

/** The mistake of a view whose value depends on how often it was told something. */
export const COUNTING_VIEW: AnyView = {
  ...deploymentFanout,
  empty: () => ({ ...deploymentFanout.empty(), steps: 0 }),
  learn(
    state: ReturnType<typeof deploymentFanout.empty> & { steps: number },
    records: readonly InputRecord[],
  ) {
    state.steps += 1;
    return deploymentFanout.learn(state, records);
  },
  value(state: ReturnType<typeof deploymentFanout.empty> & { steps: number }, key: string) {
    const value = deploymentFanout.value(state, key);
    return value && { ...value, hostCreatedRevision: state.steps };
  },
} as unknown as AnyView;

/** Hosts that weigh alike are taken as they come, and weights are coarse enough for that to happen. */
export const TIED_VIEW: AnyView = {
  ...replicaAssignment,
  learn(state: ReturnType<typeof replicaAssignment.empty>, records: readonly InputRecord[]) {
    const keys = replicaAssignment.learn(state, records);
    for (const [deployment, { replicas, target }] of state.deployments) {
      if (replicas === null || !state.assigned.has(deployment)) continue;
      // Only those that are as good as each other may change places.
      const count = state.assigned.get(deployment)?.size ?? 0;
      const eligible = [...state.fleet.hostsOf(target)]
        .filter((host) => state.fleet.createdRevisionOf(host) !== undefined)
        .slice(0, count);
      if (eligible.length === count) state.assigned.set(deployment, new Set(eligible));
    }
    return keys;
  },
} as unknown as AnyView;

/** Targets are listed in the order in which a host joined them. */
export const UNSORTED_VIEW: AnyView = {
  ...targetDelta,
  value(state: ReturnType<typeof targetDelta.empty>, key: string) {
    const value = targetDelta.value(state, key);
    if (value === undefined) return undefined;
    const order = [...state.targets.keys()];
    const targets = [...value.targets].sort((a, b) => order.indexOf(b) - order.indexOf(a));
    return { ...value, targets };
  },
} as unknown as AnyView;

/** A host that is deleted stays among the hosts of its targets. */
export const FORGETFUL_VIEW: AnyView = {
  ...replicaAssignment,
  learn(state: ReturnType<typeof replicaAssignment.empty>, records: readonly InputRecord[]) {
    const left = records.filter(
      ({ stream, current }) => stream !== "titan.host-target" || current !== null,
    );
    return replicaAssignment.learn(state, left);
  },
} as unknown as AnyView;

/** Files are rendered once for each deployment, whatever becomes of its template. */
export const CACHING_VIEW: AnyView = {
  ...templateRender,
  empty: () => ({ ...templateRender.empty(), cache: new Map<string, unknown>() }),
  value(
    state: ReturnType<typeof templateRender.empty> & { cache: Map<string, unknown> },
    key: string,
  ) {
    const deployment = state.deployments.get(key);
    const id = `${key} ${deployment?.createdRevision} ${deployment?.values} ${deployment?.template}`;
    if (!state.cache.has(id)) state.cache.set(id, templateRender.value(state, key));
    return state.cache.get(id);
  },
} as unknown as AnyView;

/** A host that is relabelled so that it stays selected is not looked at again. */
export const STICKY_VIEW: AnyView = {
  ...deploymentFanout,
  learn(state: ReturnType<typeof deploymentFanout.empty>, records: readonly InputRecord[]) {
    const looked = records.filter(({ stream, key, current }) => {
      const host = stream === "titan.host" ? (current as Host | null) : null;
      return host === null || state.fleet.createdRevisionOf(key) !== host.createdRevision;
    });
    return deploymentFanout.learn(state, looked);
  },
} as unknown as AnyView;
