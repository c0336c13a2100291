import { allOf, hasLabel, type Deployment } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import { HostSelection } from "../read-model/host-selection.ts";
import type { ReadModel } from "../read-model/read-model.ts";
import type { HostState, HostStateName } from "./host-state.ts";
import { statesOfDeployment } from "./host-states.ts";
import { neededLabels, renderedOf, type RenderedNow } from "./rendered-now.ts";
import { stagesOf, type Stage } from "./stages.ts";

export interface StatusProblem {
  readonly code: string;
  readonly detail: string;
}

type HostCounts = { readonly selected: number; readonly eligible: number } & Readonly<
  Record<HostStateName, number>
>;

export interface DeploymentStatusBody {
  readonly hosts: HostCounts;
  readonly stages: readonly Stage[];
  readonly hostStates: readonly object[];
  readonly digest: string;
  readonly problems: readonly StatusProblem[];
  /** The cut that all of this is of. */
  readonly revision: number;
}

/** So many hosts are shown one by one; what needs attention comes first. */
const HOST_STATES_MAX = 1_000;
const ORDER: readonly HostStateName[] = ["failed", "behind", "offline", "drifted", "deployed"];

/** How far a deployment is, from its source to its last host. */
export async function deploymentStatus(
  context: ApiContext,
  key: string,
  deployment: Deployment,
): Promise<DeploymentStatusBody> {
  const { model } = context;
  const { derived } = model;
  const rendered = renderedOf(model, key);
  const states = await statesOfDeployment(context, key, rendered);
  const hosts = countsOf(model, deployment, states);
  const shown = [...states]
    .sort((left, right) => ORDER.indexOf(left.state) - ORDER.indexOf(right.state))
    .slice(0, HOST_STATES_MAX);
  return {
    hosts,
    stages: stagesOf(model, deployment, rendered, states),
    hostStates: shown.map(presentState),
    digest: rendered?.value.digest ?? "",
    problems: problemsOf(context, deployment, rendered, hosts),
    revision: derived.cut ?? 0,
  };
}

/** What a list shows: the counts, without going host by host in the answer. */
export async function deploymentSummary(
  context: ApiContext,
  key: string,
  deployment: Deployment,
): Promise<Pick<DeploymentStatusBody, "hosts" | "digest" | "problems" | "revision">> {
  const { model } = context;
  const rendered = renderedOf(model, key);
  const states = await statesOfDeployment(context, key, rendered);
  const hosts = countsOf(model, deployment, states);
  const problems = problemsOf(context, deployment, rendered, hosts);
  return {
    hosts,
    digest: rendered?.value.digest ?? "",
    problems,
    revision: model.derived.cut ?? 0,
  };
}

function countsOf(
  model: ReadModel,
  deployment: Deployment,
  states: readonly HostState[],
): HostCounts {
  const count = (name: HostStateName): number =>
    states.filter(({ state }) => state === name).length;
  return {
    selected: model.derived.store.hostCountOfTarget(deployment.target),
    eligible: eligibleCount(model, deployment),
    deployed: count("deployed"),
    behind: count("behind"),
    failed: count("failed"),
    offline: count("offline"),
    drifted: count("drifted"),
  };
}

/** Of the hosts that the target selects those that have every label the template names. */
function eligibleCount({ derived, nouns }: ReadModel, { target, template }: Deployment): number {
  const needed = neededLabels(nouns, template);
  if (needed.length === 0) return derived.store.hostCountOfTarget(target);
  const { hosts } = nouns;
  const eligible = new HostSelection(hosts, allOf(needed.map(hasLabel)));
  return derived.store.hostsOfTarget(target).filter((key) => {
    const host = hosts.numberOf(key);
    return host >= 0 && eligible.has(host);
  }).length;
}

function problemsOf(
  { model }: ApiContext,
  deployment: Deployment,
  rendered: RenderedNow | undefined,
  hosts: HostCounts,
): readonly StatusProblem[] {
  const problems: StatusProblem[] = [];
  const isOwn = rendered?.value.createdRevision === deployment.createdRevision;
  if (!isOwn) {
    problems.push({ code: "not-rendered-yet", detail: "its files were not rendered yet" });
  } else if (rendered.value.problem !== null) {
    const { code, detail } = rendered.value.problem;
    problems.push({ code, detail });
  }
  // Until the streams were read once nobody knows who is selected.
  if (model.derived.cut === undefined) return problems;
  if (hosts.selected === 0) {
    const detail = `target ${deployment.target} selects no host`;
    problems.push({ code: "no-hosts-selected", detail });
  } else if (hosts.eligible < hosts.selected) {
    const labels = neededLabels(model.nouns, deployment.template).join(", ");
    const lacking = hosts.selected - hosts.eligible;
    const detail = `${lacking} of ${hosts.selected} hosts lack a label that the template needs (${labels})`;
    problems.push({ code: "host-label-missing", detail });
  }
  if (deployment.replicas !== null && hosts.eligible < deployment.replicas) {
    const detail = `${deployment.replicas} replicas are wanted and ${hosts.eligible} hosts are eligible`;
    problems.push({ code: "too-few-hosts", detail });
  }
  return problems;
}

function presentState({ host, state, revision, at, detail }: HostState): object {
  const time = at === undefined ? {} : { at: new Date(at).toISOString() };
  return { host, state, revision, ...time, detail };
}
