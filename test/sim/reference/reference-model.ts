import type {
  Commit,
  Deployment,
  Host,
  Selector,
  Target,
  Template,
  View,
  Workload,
} from "@titan/domain";
import { rendezvousWeight } from "./reference-hash.ts";
import { hostLabelsIn, renderFiles } from "./reference-rendering.ts";

/** Stream → key → value, whatever partition holds it. */
export type ReferenceState = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/**
 * What every stream must hold after these commits, worked out as a person would: fold the changes,
 * then look at each host, each target and each deployment in turn. It shares no code with the
 * views: no index, no difference, no state from before.
 */
export function referenceAt(commits: readonly Commit[]): ReferenceState {
  const nouns = nounsAfter(commits);
  const hosts = nouns.get("Host") as Map<string, Host>;
  const targets = nouns.get("Target") as Map<string, Target>;
  const templates = nouns.get("Template") as Map<string, Template>;
  const workloads = nouns.get("Workload") as Map<string, Workload>;
  const deployments = nouns.get("Deployment") as Map<string, Deployment>;
  const views = nouns.get("View") as Map<string, View>;

  const hostTargets = new Map<string, unknown>();
  for (const [key, host] of hosts) {
    const selecting = [];
    for (const [target, { workspace, selector }] of targets) {
      if (host.workspace !== "default" && host.workspace !== workspace) continue;
      if (holds(selector, host.labels)) selecting.push(target);
    }
    if (selecting.length === 0) continue;
    selecting.sort((a, b) => (a < b ? -1 : 1));
    if (versionOf("target-delta", views) === 2) selecting.reverse();
    hostTargets.set(key, { workspace: host.workspace, host: host.name, targets: selecting });
  }

  const assignments = new Map<string, unknown>();
  const placements = new Map<string, unknown>();
  const rendered = new Map<string, unknown>();
  for (const [key, deployment] of deployments) {
    const template = templates.get(deployment.template);
    const workload = workloads.get(deployment.workload);
    const target = targets.get(deployment.target);
    if (template === undefined || workload === undefined || target === undefined) {
      throw new Error(`${key} refers to what is not there`);
    }
    const needed = hostLabelsIn(template);
    let chosen = [...hosts].filter(
      ([, host]) =>
        (host.workspace === "default" || host.workspace === target.workspace) &&
        holds(target.selector, host.labels) &&
        needed.every((label) => host.labels[label] !== undefined),
    );
    if (deployment.replicas !== null) {
      chosen = chosen
        .map((entry) => ({ entry, weight: rendezvousWeight(key, entry[0]) }))
        .sort((a, b) => b.weight - a.weight || (a.entry[0] < b.entry[0] ? -1 : 1))
        .slice(0, deployment.replicas)
        .map(({ entry }) => entry);
      for (const [hostKey, host] of chosen) {
        assignments.set(`${key}/${hostKey}`, {
          deployment: key,
          deploymentCreatedRevision: deployment.createdRevision,
          host: hostKey,
          hostCreatedRevision: host.createdRevision,
        });
      }
    }
    for (const [hostKey, host] of chosen) {
      const hostLabels: Record<string, string> = {};
      for (const label of needed) hostLabels[label] = host.labels[label] ?? "";
      if (versionOf("deployment-fanout", views) === 2) hostLabels["version"] = "2";
      placements.set(`${hostKey}/${key}`, {
        host: hostKey,
        hostCreatedRevision: host.createdRevision,
        deployment: key,
        createdRevision: deployment.createdRevision,
        stream: `titan.deployment.${deployment.workspace}.${deployment.name}`,
        hostLabels,
      });
    }
    rendered.set(key, {
      deployment: key,
      createdRevision: deployment.createdRevision,
      ...renderFiles(deployment, workload, template, versionOf("template-render", views) === 2),
      hostLabels: needed,
      problem: null,
    });
  }

  const state = new Map<string, ReadonlyMap<string, unknown>>([
    ["titan.host-target", hostTargets],
    ["titan.assignment", assignments],
    ["titan.host-deployment", placements],
    ["titan.rendered-deployment", rendered],
  ]);
  for (const [kind, values] of nouns) state.set(`titan.${kind.toLowerCase()}`, values);
  for (const { workspace, name } of hosts.values()) {
    const own = `${workspace}/${name}/`;
    const slice = new Map<string, unknown>();
    for (const [key, value] of placements)
      if (key.startsWith(own)) slice.set(key.slice(own.length), value);
    state.set(`titan.host.${workspace}.${name}`, slice);
  }
  for (const [key, value] of rendered) {
    state.set(`titan.deployment.${key.replace("/", ".")}`, new Map([[key, value]]));
  }
  return state;
}

const KINDS = [
  "Workspace",
  "Host",
  "Target",
  "Template",
  "Workload",
  "Deployment",
  "Token",
  "View",
];

function nounsAfter(commits: readonly Commit[]): Map<string, Map<string, unknown>> {
  const nouns = new Map<string, Map<string, unknown>>();
  for (const kind of KINDS) nouns.set(kind, new Map());
  for (const { events } of commits) {
    for (const { kind, key, current } of events) {
      if (current === null) nouns.get(kind)?.delete(key);
      else nouns.get(kind)?.set(key, current);
    }
  }
  return nouns;
}

/** The simulator's later versions: targets backwards, every pair labelled, every file executable. */
function versionOf(name: string, views: ReadonlyMap<string, View>): number | undefined {
  return views.get(name)?.version;
}

/** What a selector means, as Kubernetes has it. */
function holds(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const { op, label, values, terms } = selector;
  const value = labels[label];
  if (op === "in") return value !== undefined && values.includes(value);
  if (op === "notIn") return value === undefined || !values.includes(value);
  if (op === "exists") return value !== undefined;
  if (op === "notExists") return value === undefined;
  if (op === "all") return terms.every((term) => holds(term, labels));
  if (op === "any") return terms.some((term) => holds(term, labels));
  return terms.some((term) => !holds(term, labels));
}
