import {
  deploymentTopic,
  parseTemplate,
  renderedDeploymentOf,
  splitKey,
  type Assignment,
  type Deployment,
  type HostDeployment,
  type HostTarget,
  type RenderedDeployment,
  type Template,
  type Workload,
} from "@titan/domain";
import { deployment, keyIn, template, workload, type Given } from "./nouns.ts";

/** What target-delta says: the host matches these targets; without any, that it matches none. */
export function hostTarget(host: string, ...targets: readonly string[]): Given {
  const key = keyIn(host);
  const { workspace, name } = splitKey(key);
  const current: HostTarget = { workspace, host: name, targets: targets.map(keyIn).sort() };
  return { stream: "titan.host-target", key, current: targets.length === 0 ? null : current };
}

/** What replica-assignment says: a replica of the deployment is on the host. */
export function assignment(deploymentName: string, hostName: string, createdRevision = 1): Given {
  const [deploymentKey, host] = [keyIn(deploymentName), keyIn(hostName)];
  const current: Assignment = {
    deployment: deploymentKey,
    deploymentCreatedRevision: createdRevision,
    host,
    hostCreatedRevision: 1,
  };
  return { stream: "titan.assignment", key: `${deploymentKey}/${host}`, current };
}

/** What deployment-fanout says: the deployment belongs on the host. */
export function hostDeployment(
  hostName: string,
  deploymentName: string,
  more: Partial<Pick<HostDeployment, "createdRevision" | "hostLabels">> = {},
): Given {
  const [host, deploymentKey] = [keyIn(hostName), keyIn(deploymentName)];
  const { workspace, name } = splitKey(deploymentKey);
  const current: HostDeployment = {
    host,
    hostCreatedRevision: 1,
    deployment: deploymentKey,
    createdRevision: 1,
    stream: deploymentTopic(workspace, name),
    hostLabels: {},
    ...more,
  };
  return { stream: "titan.host-deployment", key: `${host}/${deploymentKey}`, current };
}

/** What template-render says: a deployment whose template has these files. */
export function rendered(
  deploymentName: string,
  files: Readonly<Record<string, string>>,
  createdRevision = 1,
): Given {
  const refs = { workload: "w", template: "p", target: "t" };
  const noun = deployment(deploymentName, refs, { createdRevision });
  const current: RenderedDeployment = renderedDeploymentOf(
    noun.current as Deployment,
    workload("w").current as Workload,
    parseTemplate(template("p", files).current as Template),
  );
  return { stream: "titan.rendered-deployment", key: noun.key, current };
}
