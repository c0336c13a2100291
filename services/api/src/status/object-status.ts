import type { ObjectKind } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import type { Caller } from "../caller.ts";
import { deploymentStatus, deploymentSummary } from "./deployment-status.ts";
import { hostStatus } from "./host-status.ts";

/** The kinds about which more is known than what was declared. */
export function hasStatus(kind: ObjectKind): boolean {
  return kind === "Deployment" || kind === "Host" || kind === "Target";
}

/** What is known of an object beside what was declared. */
export async function statusOf(
  context: ApiContext,
  caller: Caller,
  kind: ObjectKind,
  key: string,
): Promise<object> {
  const { world } = context.model.nouns;
  switch (kind) {
    case "Deployment": {
      const deployment = world.get(kind, key)?.value;
      return deployment === undefined ? {} : await deploymentStatus(context, key, deployment);
    }
    case "Host": {
      const host = world.get(kind, key)?.value;
      return host === undefined ? {} : hostStatus(context, caller, key, host);
    }
    case "Target":
      return targetStatus(context, key);
    case "Workspace":
    case "Template":
    case "Workload":
    case "Assignment":
    case "Token":
    case "View":
      return {};
  }
}

/** What a list shows of it. */
export async function statusInList(
  context: ApiContext,
  kind: ObjectKind,
  key: string,
): Promise<object> {
  if (kind === "Target") return targetStatus(context, key);
  if (kind === "Host") {
    const seen = context.model.observations.statuses.last(key);
    return seen === undefined ? {} : { lastReport: { at: new Date(seen.seenAt).toISOString() } };
  }
  const deployment =
    kind === "Deployment" ? context.model.nouns.world.get(kind, key)?.value : undefined;
  return deployment === undefined ? {} : await deploymentSummary(context, key, deployment);
}

function targetStatus({ model }: ApiContext, key: string): object {
  const { derived } = model;
  return { hosts: derived.store.hostCountOfTarget(key), revision: derived.cut ?? 0 };
}
