import {
  deploymentTopic,
  hostLabelsOf,
  labelOf,
  type Assignment,
  type Deployment,
  type Host,
  type HostDeployment,
  type HostTarget,
  type Template,
} from "@titan/domain";
import { HostsAndTargets, type InputRecord, type View } from "@titan/processor-runtime";

export interface DeploymentFanoutState {
  readonly fleet: HostsAndTargets;
  readonly deployments: Map<string, Deployment>;
  /** Template key → the labels that a host must have to be eligible. */
  readonly neededLabels: Map<string, readonly string[]>;
  /** Target key → keys of the deployments that use it. */
  readonly targetDeployments: Map<string, Set<string>>;
  /** Template key → keys of the deployments that use it. */
  readonly templateDeployments: Map<string, Set<string>>;
  /** `deployment/host` of those that have a replica. */
  readonly assignments: Set<string>;
}

/**
 * Per host and deployment: that it belongs there, which stream to watch, and the labels of the
 * host that its template names. A host that lacks one of these labels is treated as not selected.
 */
export const deploymentFanout: View<DeploymentFanoutState, HostDeployment> = {
  name: "deployment-fanout",
  version: 1,
  scope: "host-partition",
  consumes: [
    "titan.host",
    "titan.deployment",
    "titan.template",
    "titan.host-target",
    "titan.assignment",
  ],
  emits: {
    kind: "topic",
    stream: "titan.host-deployment",
    record: "host-deployment",
    placement: (key) => key.split("/", 2).join("/"),
  },
  empty: () => ({
    fleet: new HostsAndTargets(),
    deployments: new Map(),
    neededLabels: new Map(),
    targetDeployments: new Map(),
    templateDeployments: new Map(),
    assignments: new Set(),
  }),

  learn(state, records) {
    const keys = new Set<string>();
    // These name all their pairs themselves.
    const changed = new Set<string>();
    for (const { stream, key } of records) if (stream === "titan.deployment") changed.add(key);
    // What a deployment was joined with before, then what it is joined with now.
    for (const record of records) {
      nameOfHost(state, record, keys);
      nameOfDeployment(state, record, keys);
    }
    const joined = (host: string, target: string): void => {
      for (const deployment of state.targetDeployments.get(target) ?? []) {
        if (!changed.has(deployment)) keys.add(`${host}/${deployment}`);
      }
    };
    for (const record of records) apply(state, record, joined);
    // Only when they are asked for: a task that starts has every pair to compare.
    const all = function* (): Generator<string> {
      for (const record of records) nameOfDeployment(state, record, keys);
      yield* keys;
    };
    return { [Symbol.iterator]: all };
  },

  value(state, key) {
    const { host, deployment: deploymentKey } = splitPair(key);
    const hostCreatedRevision = state.fleet.createdRevisionOf(host);
    const deployment = state.deployments.get(deploymentKey);
    if (hostCreatedRevision === undefined || deployment === undefined) return undefined;
    if (!state.fleet.isSelected(host, deployment.target)) return undefined;
    if (deployment.replicas !== null && !state.assignments.has(`${deploymentKey}/${host}`)) {
      return undefined;
    }
    const hostLabels: Record<string, string> = {};
    for (const label of state.neededLabels.get(deployment.template) ?? []) {
      const value = state.fleet.labelOf(host, label);
      if (value === undefined) return undefined;
      hostLabels[label] = value;
    }
    return {
      host,
      hostCreatedRevision,
      deployment: deploymentKey,
      createdRevision: deployment.createdRevision,
      stream: deploymentTopic(deployment.workspace, deployment.name),
      hostLabels,
    };
  },

  *keys(state) {
    for (const [target, deployments] of state.targetDeployments) {
      for (const deployment of deployments) {
        for (const host of state.fleet.hostsOf(target)) yield `${host}/${deployment}`;
      }
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
    for (const key of archive.json([...state.assignments])) state.assignments.add(key);
  },

  causes(state, key) {
    const { host, deployment: deploymentKey } = splitPair(key);
    const deployment = state.deployments.get(deploymentKey);
    const causes = [
      { kind: "Host", stream: "titan.host", key: host },
      { kind: "Deployment", stream: "titan.deployment", key: deploymentKey },
    ];
    if (deployment !== undefined) {
      causes.push({ kind: "Template", stream: "titan.template", key: deployment.template });
    }
    return causes;
  },
};

/** The keys of the pairs whose value a host alone can change, as the state is before. */
function nameOfHost(state: DeploymentFanoutState, record: InputRecord, keys: Set<string>): void {
  if (record.stream === "titan.host") {
    const host = record.current as Host | null;
    const isOther = state.fleet.createdRevisionOf(record.key) !== host?.createdRevision;
    for (const target of state.fleet.targetsOf(record.key)) {
      for (const deployment of state.targetDeployments.get(target) ?? []) {
        if (isOther || isNeeded(state, deployment, record.key, host)) {
          keys.add(`${record.key}/${deployment}`);
        }
      }
    }
  }
}

/** Whether a label is another that the deployment's template names. */
function isNeeded(
  state: DeploymentFanoutState,
  deployment: string,
  key: string,
  host: Host | null,
): boolean {
  const needed = state.neededLabels.get(state.deployments.get(deployment)?.template ?? "") ?? [];
  return needed.some((label) => {
    return state.fleet.labelOf(key, label) !== labelOf(host?.labels ?? {}, label);
  });
}

/** The keys of all pairs that a deployment has a part in, as the state is now. */
function nameOfDeployment(
  state: DeploymentFanoutState,
  record: InputRecord,
  keys: Set<string>,
): void {
  switch (record.stream) {
    case "titan.deployment":
      nameHosts(state, record.key, keys);
      return;
    case "titan.template":
      for (const deployment of state.templateDeployments.get(record.key) ?? []) {
        nameHosts(state, deployment, keys);
      }
      return;
    case "titan.assignment": {
      const [workspace, deployment, hostWorkspace, host] = record.key.split("/");
      keys.add(`${hostWorkspace}/${host}/${workspace}/${deployment}`);
      return;
    }
    default:
      return;
  }
}

function nameHosts(state: DeploymentFanoutState, key: string, keys: Set<string>): void {
  const target = state.deployments.get(key)?.target ?? "";
  for (const host of state.fleet.hostsOf(target)) keys.add(`${host}/${key}`);
}

/** Told of each target that a host joins or leaves. */
type Joined = (host: string, target: string) => void;

function apply(state: DeploymentFanoutState, record: InputRecord, joined: Joined): void {
  const { key, current } = record;
  switch (record.stream) {
    case "titan.host":
      state.fleet.putHost(key, current as Host | null);
      return;
    case "titan.host-target":
      state.fleet.putTargets(key, current as HostTarget | null, (target) => joined(key, target));
      return;
    case "titan.deployment": {
      const before = state.deployments.get(key);
      if (before !== undefined) {
        remove(state.targetDeployments, before.target, key);
        remove(state.templateDeployments, before.template, key);
        state.deployments.delete(key);
      }
      if (current !== null) putDeployment(state, key, current as Deployment);
      return;
    }
    case "titan.template":
      if (current === null) state.neededLabels.delete(key);
      else state.neededLabels.set(key, hostLabelsOf(current as Template));
      return;
    case "titan.assignment":
      if ((current as Assignment | null) === null) state.assignments.delete(key);
      else state.assignments.add(key);
      return;
    default:
      return;
  }
}

function putDeployment(state: DeploymentFanoutState, key: string, deployment: Deployment): void {
  state.deployments.set(key, deployment);
  add(state.targetDeployments, deployment.target, key);
  add(state.templateDeployments, deployment.template, key);
}

function add(index: Map<string, Set<string>>, key: string, member: string): void {
  let members = index.get(key);
  if (members === undefined) index.set(key, (members = new Set()));
  members.add(member);
}

function remove(index: Map<string, Set<string>>, key: string, member: string): void {
  const members = index.get(key);
  members?.delete(member);
  if (members?.size === 0) index.delete(key);
}

function splitPair(key: string): { readonly host: string; readonly deployment: string } {
  const between = key.indexOf("/", key.indexOf("/") + 1);
  return { host: key.slice(0, between), deployment: key.slice(between + 1) };
}
