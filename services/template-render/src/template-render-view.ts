import {
  parseTemplate,
  renderedDeploymentOf,
  type Deployment,
  type RenderedDeployment,
  type Template,
  type TemplateParse,
  type Workload,
} from "@titan/domain";
import type { InputRecord, View } from "@titan/processor-runtime";

export interface TemplateRenderState {
  readonly deployments: Map<string, Deployment>;
  readonly workloads: Map<string, Workload>;
  /** Parsed once, rendered for each deployment that uses it. */
  readonly templates: Map<string, TemplateParse>;
  /** Workload or template topic and key → keys of the deployments that use it. */
  readonly users: Map<string, Set<string>>;
}

/**
 * The complete files of each deployment, with their digest. What does not render is an explicit
 * error value; `decide` lets no such change in. Values of the host stay holes.
 */
export const templateRender: View<TemplateRenderState, RenderedDeployment> = {
  name: "template-render",
  version: 1,
  scope: "deployment-partition",
  consumes: ["titan.deployment", "titan.workload", "titan.template"],
  emits: {
    kind: "topic",
    stream: "titan.rendered-deployment",
    record: "rendered-deployment",
    placement: (key) => key,
  },
  empty: () => ({
    deployments: new Map(),
    workloads: new Map(),
    templates: new Map(),
    users: new Map(),
  }),

  learn(state, records) {
    const keys = new Set<string>();
    for (const record of records) {
      switch (record.stream) {
        case "titan.deployment":
          learnDeployment(state, record);
          keys.add(record.key);
          break;
        case "titan.workload":
          if (record.current === null) state.workloads.delete(record.key);
          else state.workloads.set(record.key, record.current as Workload);
          break;
        case "titan.template":
          if (record.current === null) state.templates.delete(record.key);
          else state.templates.set(record.key, parseTemplate(record.current as Template));
          break;
        default:
          break;
      }
    }
    for (const { stream, key } of records) {
      for (const deployment of state.users.get(`${stream} ${key}`) ?? []) keys.add(deployment);
    }
    return keys;
  },

  value(state, key) {
    const deployment = state.deployments.get(key);
    if (deployment === undefined) return undefined;
    const workload = state.workloads.get(deployment.workload);
    const template = state.templates.get(deployment.template);
    if (workload === undefined || template === undefined) {
      throw new Error(`${key} refers to what is not there: the inputs are not at one revision`);
    }
    return renderedDeploymentOf(deployment, workload, template);
  },

  keys: (state) => state.deployments.keys(),

  causes(state, key) {
    const deployment = state.deployments.get(key);
    if (deployment === undefined) return [];
    return [
      { kind: "Deployment", stream: "titan.deployment", key },
      { kind: "Workload", stream: "titan.workload", key: deployment.workload },
      { kind: "Template", stream: "titan.template", key: deployment.template },
    ];
  },
};

function learnDeployment(state: TemplateRenderState, { key, current }: InputRecord): void {
  const before = state.deployments.get(key);
  for (const used of usedBy(before)) {
    const users = state.users.get(used);
    users?.delete(key);
    if (users?.size === 0) state.users.delete(used);
  }
  const deployment = current as Deployment | null;
  if (deployment === null) {
    state.deployments.delete(key);
    return;
  }
  state.deployments.set(key, deployment);
  for (const used of usedBy(deployment)) {
    let users = state.users.get(used);
    if (users === undefined) state.users.set(used, (users = new Set()));
    users.add(key);
  }
}

function usedBy(deployment: Deployment | undefined): readonly string[] {
  if (deployment === undefined) return [];
  return [`titan.workload ${deployment.workload}`, `titan.template ${deployment.template}`];
}
