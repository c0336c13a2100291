import {
  explainMatch,
  isVisibleFrom,
  labelOf,
  splitKey,
  type NounKind,
  type RenderedDeployment,
} from "@titan/domain";
import type { ReadModel } from "../read-model/read-model.ts";
import { neededLabels, renderedOf } from "../status/rendered-now.ts";

/** One thing that a host's running of a deployment follows from, and who made it so. */
interface WhyLink {
  readonly link:
    | "host"
    | "target"
    | "deployment"
    | "workload"
    | "template"
    | "assignment"
    | "placement"
    | "rendered"
    | "git"
    | "report";
  readonly key: string;
  readonly revision?: number;
  readonly changeId?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly at?: string;
  readonly [more: string]: unknown;
}

/** The first thing that keeps a host from running a deployment. */
interface WhyNot {
  readonly code: string;
  readonly detail: string;
}

export interface WhyBody {
  readonly host: string;
  readonly deployment: string;
  /** Whether it belongs there, by the derived records. */
  readonly runs: boolean;
  readonly revision: number;
  readonly because: WhyNot | null;
  readonly chain: readonly WhyLink[];
}

/** Goes the way from the host's labels to what it last said, link by link. */
export function whyChain(model: ReadModel, host: string, deployment: string): WhyBody {
  const { derived } = model;
  const placed = derived.store.current("titan.host-deployment", `${host}/${deployment}`);
  const chain: WhyLink[] = [];
  const because = walk(model, host, deployment, chain);
  if (placed !== undefined) {
    const { label, changeId } = placed;
    chain.push({ link: "placement", key: placed.key, ...said(model, label), changeId });
  }
  addRendered(model, deployment, chain);
  addReport(model, host, deployment, chain);
  const runs = placed !== undefined;
  const lag = { code: "not-placed-yet", detail: "nothing keeps it away: it is about to come" };
  return {
    host,
    deployment,
    runs,
    revision: derived.cut ?? 0,
    because: runs ? null : (because ?? lag),
    chain,
  };
}

/** From nouns and views; answers the first clause that fails. */
function walk(
  model: ReadModel,
  hostKey: string,
  key: string,
  chain: WhyLink[],
): WhyNot | undefined {
  const { world } = model.nouns;
  const host = world.get("Host", hostKey);
  if (host === undefined) return { code: "no-host", detail: `there is no host ${hostKey}` };
  const { labels, workspace } = host.value;
  chain.push({ link: "host", key: hostKey, labels, ...madeBy(model, "Host", hostKey) });
  const deployment = world.get("Deployment", key);
  if (deployment === undefined) {
    return { code: "no-deployment", detail: `there is no deployment ${key}` };
  }
  const { target: targetKey, template, workload, replicas } = deployment.value;
  const target = world.get("Target", targetKey);
  let failed: WhyNot | undefined;
  if (target === undefined) {
    failed = { code: "no-target", detail: `there is no target ${targetKey}` };
  } else {
    const match = explainMatch(target.value.selector, labels);
    chain.push({ link: "target", key: targetKey, match, ...madeBy(model, "Target", targetKey) });
    if (!isVisibleFrom(target.value.workspace, workspace)) {
      const detail = `target ${targetKey} does not see hosts of workspace ${workspace}`;
      failed = { code: "out-of-scope", detail };
    } else if (!match.matched) {
      const clause = match.clauses.find((each) => !each.matched) ?? match;
      const detail = `${targetKey} does not select ${hostKey}: ${clause.clause} is false, ${clause.because}`;
      failed = { code: "not-selected", detail };
    }
  }
  const spec = { replicas };
  chain.push({ link: "deployment", key, ...spec, ...madeBy(model, "Deployment", key) });
  chain.push({ link: "template", key: template, ...madeBy(model, "Template", template) });
  chain.push({ link: "workload", key: workload, ...madeBy(model, "Workload", workload) });
  if (failed !== undefined) return failed;
  const missing = neededLabels(model.nouns, template).find(
    (label) => labelOf(labels, label) === undefined,
  );
  if (missing !== undefined) {
    const detail = `the template ${template} needs the label ${missing}, which ${hostKey} lacks`;
    return { code: "host-label-missing", detail };
  }
  return replicas === null ? undefined : assigned(model, hostKey, key, replicas, chain);
}

function assigned(
  model: ReadModel,
  host: string,
  deployment: string,
  replicas: number,
  chain: WhyLink[],
): WhyNot | undefined {
  const key = `${deployment}/${host}`;
  const version = model.derived.store.current("titan.assignment", key);
  if (version !== undefined) {
    chain.push({
      link: "assignment",
      key,
      ...said(model, version.label),
      changeId: version.changeId,
    });
    return undefined;
  }
  const others = model.derived.store
    .ofDeployment("titan.assignment", deployment)
    .map((other) => other.key.slice(deployment.length + 1));
  const detail = `${replicas} replicas are wanted, and other hosts have them: ${others.slice(0, 20).join(", ")}`;
  return { code: "not-assigned", detail };
}

function addRendered(model: ReadModel, deployment: string, chain: WhyLink[]): void {
  const rendered = renderedOf(model, deployment);
  if (rendered === undefined) return;
  const { digest, problem }: Pick<RenderedDeployment, "digest" | "problem"> = rendered.value;
  const { revision } = rendered;
  chain.push({ link: "rendered", key: deployment, ...said(model, revision), digest, problem });
  const commit = model.observations.reports.firstCommitFrom(revision);
  if (commit === undefined) return;
  chain.push({
    link: "git",
    key: commit.repository,
    revision: commit.revision,
    commit: commit.commit,
    branch: commit.branch,
    at: new Date(commit.committedAt).toISOString(),
  });
}

function addReport(model: ReadModel, host: string, deployment: string, chain: WhyLink[]): void {
  const { statuses, reports } = model.observations;
  const seen = statuses.last(host);
  if (seen !== undefined) {
    const own = seen.status.deployments.find((each) => each.deployment === deployment);
    chain.push({
      link: "report",
      key: host,
      revision: own?.revision ?? seen.status.revision,
      at: new Date(seen.seenAt).toISOString(),
      digest: own?.digest ?? "",
      state: own?.state ?? "absent",
      error: own?.error ?? null,
    });
    return;
  }
  const { workspace, name } = splitKey(host);
  const said = reports.last(workspace, name, "deployed");
  if (said === undefined) return;
  const { commit, actor, reportedAt } = said;
  chain.push({ link: "report", key: host, commit, actor, at: new Date(reportedAt).toISOString() });
}

/** The change that gave a noun its present value. */
function madeBy(model: ReadModel, kind: NounKind, key: string): Partial<WhyLink> {
  const noun = model.nouns.world.get<NounKind>(kind, key);
  return noun === undefined ? {} : said(model, noun.revision);
}

function said({ nouns }: ReadModel, revision: number): Partial<WhyLink> {
  const change = nouns.changes.at(revision);
  if (change === undefined) return { revision };
  const { changeId, actor, reason, committedAt } = change;
  return { revision, changeId, actor, reason, at: new Date(committedAt).toISOString() };
}
