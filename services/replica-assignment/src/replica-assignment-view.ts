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
import { HostsAndTargets, type InputRecord, type View } from "@titan/processor-runtime";

export interface ReplicaAssignmentState {
  readonly fleet: HostsAndTargets;
  /** Those with `replicas`. */
  readonly deployments: Map<string, Deployment>;
  /** Template key → the labels that a host must have to be eligible. */
  readonly neededLabels: Map<string, readonly string[]>;
  /** Target key → keys of the deployments with `replicas` that use it. */
  readonly targetDeployments: Map<string, Set<string>>;
  /** Template key → keys of the deployments with `replicas` that use it. */
  readonly templateDeployments: Map<string, Set<string>>;
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
    fleet: new HostsAndTargets(),
    deployments: new Map(),
    neededLabels: new Map(),
    targetDeployments: new Map(),
    templateDeployments: new Map(),
    assigned: new Map(),
  }),

  learn(state, records) {
    /** To be assigned anew among all their hosts. */
    const stale = new Set<string>();
    for (const record of records) {
      if (record.stream === "titan.deployment") {
        learnDeployment(state, record);
        stale.add(record.key);
      } else if (record.stream === "titan.template") {
        learnTemplate(state, record);
      }
    }
    for (const { stream, key } of records) {
      if (stream !== "titan.template") continue;
      for (const deployment of state.templateDeployments.get(key) ?? []) stale.add(deployment);
    }
    /** Of the others, the hosts that joined or left, or are another. */
    const changed = new Map<string, Set<string>>();
    const touch = (host: string, target: string): void => {
      for (const deployment of state.targetDeployments.get(target) ?? []) {
        if (!stale.has(deployment)) join(changed, deployment, host);
      }
    };
    for (const { stream, key, current } of records) {
      if (stream === "titan.host") {
        state.fleet.putHost(key, current as Host | null);
        for (const target of state.fleet.targetsOf(key)) touch(key, target);
      } else if (stream === "titan.host-target") {
        state.fleet.putTargets(key, current as HostTarget | null, (target) => touch(key, target));
      }
    }
    const keys = new Set<string>();
    for (const deployment of stale) {
      const before = state.assigned.get(deployment) ?? NONE;
      const after = assignAnew(state, deployment);
      // Also those that stay: the deployment may have come anew under its name.
      for (const host of before.union(after)) keys.add(`${deployment}/${host}`);
    }
    for (const [deployment, hosts] of changed) {
      const before = state.assigned.get(deployment) ?? NONE;
      const after = assignAmong(state, deployment, hosts);
      for (const host of before.symmetricDifference(after)) keys.add(`${deployment}/${host}`);
      // A host may have come anew under its name.
      for (const host of hosts) if (after.has(host)) keys.add(`${deployment}/${host}`);
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
      hostCreatedRevision: state.fleet.createdRevisionOf(host) ?? 0,
    };
  },

  *keys(state) {
    for (const [deployment, hosts] of state.assigned) {
      for (const host of hosts) yield `${deployment}/${host}`;
    }
  },

  keepIn(state, archive) {
    state.fleet.keepIn(archive);
    for (const [key, deployment] of archive.json([...state.deployments])) {
      putDeployment(state, key, deployment);
    }
    for (const [key, labels] of archive.json([...state.neededLabels])) {
      state.neededLabels.set(key, labels);
    }
    const assigned = [...state.assigned].map(([key, hosts]) => [key, [...hosts]] as const);
    for (const [key, hosts] of archive.json(assigned)) state.assigned.set(key, new Set(hosts));
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

const NONE: ReadonlySet<string> = new Set();

function learnDeployment(state: ReplicaAssignmentState, { key, current }: InputRecord): void {
  const before = state.deployments.get(key);
  if (before !== undefined) {
    leave(state.targetDeployments, before.target, key);
    leave(state.templateDeployments, before.template, key);
    state.deployments.delete(key);
  }
  const deployment = current as Deployment | null;
  if (deployment === null || deployment.replicas === null) return;
  putDeployment(state, key, deployment);
}

function putDeployment(state: ReplicaAssignmentState, key: string, deployment: Deployment): void {
  state.deployments.set(key, deployment);
  join(state.targetDeployments, deployment.target, key);
  join(state.templateDeployments, deployment.template, key);
}

function learnTemplate({ neededLabels }: ReplicaAssignmentState, record: InputRecord): void {
  if (record.current === null) neededLabels.delete(record.key);
  else neededLabels.set(record.key, hostLabelsOf(record.current as Template));
}

/** Assigns a deployment among all hosts of its target. */
function assignAnew(state: ReplicaAssignmentState, key: string): ReadonlySet<string> {
  const target = state.deployments.get(key)?.target ?? "";
  return assign(state, key, state.fleet.hostsOf(target));
}

/**
 * Assigns a deployment after some hosts changed. Those that have no replica have a lower hash than
 * all that have one: they come into play only when one of these is lost.
 */
function assignAmong(
  state: ReplicaAssignmentState,
  key: string,
  changed: ReadonlySet<string>,
): ReadonlySet<string> {
  const before = state.assigned.get(key) ?? NONE;
  for (const host of before) {
    if (changed.has(host) && !isEligible(state, key, host)) return assignAnew(state, key);
  }
  return assign(state, key, before.union(changed));
}

function assign(
  state: ReplicaAssignmentState,
  key: string,
  hosts: Iterable<string>,
): ReadonlySet<string> {
  const hash = rendezvousHash(key);
  const eligible = [];
  for (const host of hosts) {
    if (!isEligible(state, key, host)) continue;
    eligible.push({ host, weight: weightOfHashes(hash, rendezvousHash(host)) });
  }
  eligible.sort(compareByRendezvous);
  const replicas = state.deployments.get(key)?.replicas ?? 0;
  const assigned = new Set(eligible.slice(0, replicas).map(({ host }) => host));
  if (assigned.size === 0) state.assigned.delete(key);
  else state.assigned.set(key, assigned);
  return assigned;
}

function isEligible(
  { deployments, fleet, neededLabels }: ReplicaAssignmentState,
  key: string,
  host: string,
): boolean {
  const deployment = deployments.get(key);
  if (deployment === undefined || fleet.createdRevisionOf(host) === undefined) return false;
  const needed = neededLabels.get(deployment.template) ?? [];
  return (
    fleet.isSelected(host, deployment.target) &&
    needed.every((label) => fleet.labelOf(host, label) !== undefined)
  );
}

function join(sets: Map<string, Set<string>>, key: string, member: string): void {
  let members = sets.get(key);
  if (members === undefined) sets.set(key, (members = new Set()));
  members.add(member);
}

function leave(sets: Map<string, Set<string>>, key: string, member: string): void {
  const members = sets.get(key);
  members?.delete(member);
  if (members?.size === 0) sets.delete(key);
}

function splitAssignment(key: string): { readonly deployment: string; readonly host: string } {
  const [workspace, deployment, hostWorkspace, host] = key.split("/");
  return { deployment: `${workspace}/${deployment}`, host: `${hostWorkspace}/${host}` };
}
