import {
  compareByRendezvous,
  hostLabelsOf,
  rendezvousHash,
  weightOfHashes,
  type Assignment,
  type Deployment,
  type Host,
  type HostTarget,
  type Template,
} from "@titan/domain";
import type { InputRecord, View } from "@titan/processor-runtime";

export interface ReplicaAssignmentState {
  readonly hosts: Map<string, Host>;
  readonly deployments: Map<string, Deployment>;
  /** Template key → the labels that a host must have to be eligible. */
  readonly neededLabels: Map<string, readonly string[]>;
  readonly hostTargets: Map<string, readonly string[]>;
  /** Target key → keys of the hosts it selects. */
  readonly targetHosts: Map<string, Set<string>>;
  /** Deployment key → keys of the hosts it is assigned to. */
  readonly assigned: Map<string, ReadonlySet<string>>;
}

/**
 * For deployments with `replicas`: of the eligible hosts the N with the highest rendezvous hash
 * (Thaler and Ravishankar, 1998), so that a host that comes or goes moves at most one replica.
 * A host that lacks a label that the template names is not eligible.
 */
export const replicaAssignment: View<ReplicaAssignmentState, Assignment> = {
  name: "replica-assignment",
  version: 1,
  scope: "whole",
  consumes: ["titan.deployment", "titan.template", "titan.host", "titan.host-target"],
  emits: {
    kind: "topic",
    stream: "titan.assignment",
    record: "assignment",
    placement: (key) => key,
  },
  empty: () => ({
    hosts: new Map(),
    deployments: new Map(),
    neededLabels: new Map(),
    hostTargets: new Map(),
    targetHosts: new Map(),
    assigned: new Map(),
  }),

  learn(state, records) {
    const templates = new Set<string>();
    const targets = new Set<string>();
    const stale = new Set<string>();
    for (const record of records) {
      switch (record.stream) {
        case "titan.deployment":
          put(state.deployments, record);
          stale.add(record.key);
          break;
        case "titan.template":
          learnTemplate(state, record);
          templates.add(record.key);
          break;
        case "titan.host":
          put(state.hosts, record);
          for (const target of state.hostTargets.get(record.key) ?? []) targets.add(target);
          break;
        case "titan.host-target":
          learnMembership(state, record, targets);
          break;
        default:
          break;
      }
    }
    for (const [key, deployment] of state.deployments) {
      if (deployment.replicas === null) continue;
      if (templates.has(deployment.template) || targets.has(deployment.target)) stale.add(key);
    }
    const keys: string[] = [];
    for (const deployment of stale) {
      const before = state.assigned.get(deployment) ?? new Set<string>();
      const after = assign(state, deployment);
      if (after.size === 0) state.assigned.delete(deployment);
      else state.assigned.set(deployment, after);
      // Also those that stay: the host or the deployment may have come anew under its name.
      for (const host of new Set([...before, ...after])) keys.push(`${deployment}/${host}`);
    }
    return keys;
  },

  value(state, key) {
    const { deployment, host } = splitAssignment(key);
    if (state.assigned.get(deployment)?.has(host) !== true) return undefined;
    return {
      deployment,
      deploymentCreatedRevision: state.deployments.get(deployment)?.createdRevision ?? 0,
      host,
      hostCreatedRevision: state.hosts.get(host)?.createdRevision ?? 0,
    };
  },

  *keys(state) {
    for (const [deployment, hosts] of state.assigned) {
      for (const host of hosts) yield `${deployment}/${host}`;
    }
  },

  causes(state, key) {
    const { deployment, host } = splitAssignment(key);
    const target = state.deployments.get(deployment)?.target;
    return [
      { kind: "Deployment", stream: "titan.deployment", key: deployment },
      { kind: "Host", stream: "titan.host", key: host },
      ...(target === undefined ? [] : [{ kind: "Target", stream: "titan.target", key: target }]),
    ];
  },
};

function put<Value>(map: Map<string, Value>, record: InputRecord): void {
  if (record.current === null) map.delete(record.key);
  else map.set(record.key, record.current as Value);
}

function learnTemplate(state: ReplicaAssignmentState, record: InputRecord): void {
  if (record.current === null) state.neededLabels.delete(record.key);
  else state.neededLabels.set(record.key, hostLabelsOf(record.current as Template));
}

function learnMembership(
  state: ReplicaAssignmentState,
  record: InputRecord,
  changed: Set<string>,
): void {
  const before = state.hostTargets.get(record.key) ?? [];
  const after = (record.current as HostTarget | null)?.targets ?? [];
  for (const target of before) {
    if (after.includes(target)) continue;
    const hosts = state.targetHosts.get(target);
    hosts?.delete(record.key);
    if (hosts?.size === 0) state.targetHosts.delete(target);
    changed.add(target);
  }
  for (const target of after) {
    if (before.includes(target)) continue;
    let hosts = state.targetHosts.get(target);
    if (hosts === undefined) state.targetHosts.set(target, (hosts = new Set()));
    hosts.add(record.key);
    changed.add(target);
  }
  if (after.length > 0) state.hostTargets.set(record.key, after);
  else state.hostTargets.delete(record.key);
}

function assign(state: ReplicaAssignmentState, key: string): ReadonlySet<string> {
  const deployment = state.deployments.get(key);
  if (deployment === undefined || deployment.replicas === null) return new Set();
  const needed = state.neededLabels.get(deployment.template) ?? [];
  const hash = rendezvousHash(key);
  const eligible = [];
  for (const host of state.targetHosts.get(deployment.target) ?? []) {
    const labels = state.hosts.get(host)?.labels;
    if (labels === undefined || !needed.every((label) => Object.hasOwn(labels, label))) continue;
    eligible.push({ host, weight: weightOfHashes(hash, rendezvousHash(host)) });
  }
  eligible.sort(compareByRendezvous);
  return new Set(eligible.slice(0, deployment.replicas).map(({ host }) => host));
}

function splitAssignment(key: string): { readonly deployment: string; readonly host: string } {
  const [workspace, deployment, hostWorkspace, host] = key.split("/");
  return { deployment: `${workspace}/${deployment}`, host: `${hostWorkspace}/${host}` };
}
