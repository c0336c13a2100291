import { labelOf, splitKey, type Host } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import { sees, type Caller } from "../caller.ts";
import type { StatusProblem } from "./deployment-status.ts";
import { isSilent } from "./host-state.ts";
import { statesOfHost } from "./host-states.ts";
import { neededLabels } from "./rendered-now.ts";

/**
 * What is known of a host: the targets that select it, the deployments on it, its last report. A
 * host of `default` has those of many workspaces, of which the caller is shown its own.
 */
export function hostStatus(context: ApiContext, caller: Caller, key: string, host: Host): object {
  const { model, options } = context;
  const { derived, observations, nouns } = model;
  const now = options.clock.now();
  const visible = (other: string): boolean => sees(caller, splitKey(other).workspace);
  const targets = derived.store.targetsOfHost(key).filter(visible);
  const seen = observations.statuses.last(key);
  const isOwn = seen?.status.hostCreatedRevision === host.createdRevision;
  const deployments = statesOfHost(context, key)
    .filter(({ deployment }) => visible(deployment))
    .map(({ deployment, state: { state, revision, at, detail } }) => {
      const time = at === undefined ? {} : { at: new Date(at).toISOString() };
      return { deployment, state, revision, ...time, detail };
    });
  const problems: StatusProblem[] = [];
  for (const target of targets) {
    for (const deployment of nouns.world.usersOf("Target", target)) {
      if (!visible(deployment)) continue;
      const template = nouns.world.get("Deployment", deployment)?.value.template ?? "";
      const missing = neededLabels(nouns, template).filter(
        (label) => labelOf(host.labels, label) === undefined,
      );
      if (missing.length === 0) continue;
      const detail = `${deployment} needs ${missing.join(", ")}, which the host lacks`;
      problems.push({ code: "host-label-missing", detail });
    }
  }
  if (seen !== undefined && isOwn && seen.status.problem !== null) {
    const { code, detail } = seen.status.problem;
    problems.push({ code, detail });
  }
  return {
    targets,
    deployments,
    ...(seen === undefined || !isOwn
      ? {}
      : {
          lastReport: {
            at: new Date(seen.seenAt).toISOString(),
            revision: seen.status.revision,
            agentVersion: seen.status.agentVersion,
            installation: seen.status.installation,
            offline: isSilent(seen.seenAt, now),
          },
        }),
    problems,
    revision: derived.cut ?? 0,
  };
}
