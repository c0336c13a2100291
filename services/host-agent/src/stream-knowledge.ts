import {
  deploymentTopic,
  hostTopic,
  splitKey,
  type HostDeployment,
  type RenderedDeployment,
} from "@titan/domain";
import type { VerifiedState } from "./logical-stream.ts";

/** The logical stream of a host, from its key `workspace/name`. */
export function hostStream(host: string): string {
  const { workspace, name } = splitKey(host);
  return hostTopic(workspace, name);
}

export const DEPLOYMENT_PREFIX = "titan.deployment.";

/** The key `workspace/name` of the deployment whose stream it is. */
export function deploymentOf(stream: string): string {
  return stream.slice(DEPLOYMENT_PREFIX.length).replace(".", "/");
}

/** The logical stream of a deployment, from its key `workspace/name`. */
export function deploymentStream(deployment: string): string {
  const { workspace, name } = splitKey(deployment);
  return deploymentTopic(workspace, name);
}

export function checkAssigned(
  host: string,
  key: string,
  value: HostDeployment,
): string | undefined {
  if (value.host !== host) return `a record of host ${value.host} is in the stream of ${host}`;
  if (value.deployment !== key) return `the record of ${key} is about ${value.deployment}`;
  if (value.stream !== deploymentStream(key)) return `${key} names the stream ${value.stream}`;
  return undefined;
}

export function checkRendered(
  deployment: string,
  key: string,
  value: RenderedDeployment,
): string | undefined {
  return key === deployment && value.deployment === deployment
    ? undefined
    : `a record of ${value.deployment} is in the stream of ${deployment}`;
}

/**
 * Whether a host may act on a cut: the installation must be the one it knows, unless an operator
 * accepted the other, and the cut must not lie below the one it acted on last (rule 22).
 */
export function judgeCut<Value>(
  known: { readonly installation: string; readonly revision: number } | undefined,
  cut: VerifiedState<Value>,
  acceptedInstallation: string | undefined,
): "act" | "older" | "foreign" {
  if (known === undefined) return "act";
  if (known.installation !== cut.installation) {
    return cut.installation === acceptedInstallation ? "act" : "foreign";
  }
  return cut.revision > known.revision ? "act" : "older";
}
