import { kindOf, splitKey, type Commit, type HostStatus, type HostTarget } from "@titan/domain";
import { toJson, type Decoded } from "@titan/schema-codec";
import { mayRead } from "../access.ts";
import { isAdmin, sees, visibleWorkspaces, type Caller } from "../caller.ts";
import { jsonNoun } from "../read-model/stored-value.ts";

/**
 * The record as JSON, as far as the caller may see it; undefined when nothing of it is for them.
 * What belongs to a workspace that they do not see is left out, inside of records too.
 */
export function visibleRecord(caller: Caller, key: string, decoded: Decoded): unknown {
  const all = isAdmin(caller);
  switch (decoded.name) {
    case "commit":
      return visibleCommit(caller, decoded.value);
    case "proposal":
      return all || decoded.value.actor === caller.actor
        ? toJson("proposal", decoded.value)
        : undefined;
    case "mark":
      return visibleWorkspaces(caller) === "all" ? toJson("mark", decoded.value) : undefined;
    case "frontier":
      return visibleWorkspaces(caller) === "all" ? toJson("frontier", decoded.value) : undefined;
    case "token":
    case "dead-letter":
      return all ? jsonOf(decoded) : undefined;
    case "view":
    case "git-commit":
      return jsonOf(decoded);
    case "workspace":
      return sees(caller, key) ? jsonOf(decoded) : undefined;
    case "host-target": {
      if (!seesKey(caller, key)) return undefined;
      const { previous, current } = decoded.value;
      const value = {
        ...decoded.value,
        previous: visibleTargets(caller, previous),
        current: visibleTargets(caller, current),
      };
      return toJson("host-target", value);
    }
    case "host-status":
      return seesKey(caller, key)
        ? toJson("host-status", visibleStatus(caller, decoded.value))
        : undefined;
    case "host-deployment": {
      // The key names the deployment last; in a slice it names nothing else.
      const { previous, current } = decoded.value;
      const deployment = (current ?? previous)?.deployment ?? key.split("/").slice(-2).join("/");
      return seesKey(caller, key) && seesKey(caller, deployment) ? jsonOf(decoded) : undefined;
    }
    case "assignment":
    case "deployment":
    case "host":
    case "rendered-deployment":
    case "report":
    case "target":
    case "template":
    case "workload":
      return seesKey(caller, key) ? jsonOf(decoded) : undefined;
  }
}

/** What one host says, without the deployments that are not for the caller. */
function visibleStatus(caller: Caller, status: HostStatus): HostStatus {
  const deployments = status.deployments.filter(({ deployment }) => seesKey(caller, deployment));
  return { ...status, deployments };
}

function visibleTargets(caller: Caller, value: HostTarget | null): HostTarget | null {
  if (value === null) return null;
  return { ...value, targets: value.targets.filter((target) => seesKey(caller, target)) };
}

function visibleCommit(caller: Caller, commit: Commit): unknown {
  const visible = (kind: string, key: string): boolean => {
    const meant = kindOf(kind);
    return meant.ok && mayRead(caller, meant.kind, key);
  };
  const events = commit.events.filter(({ kind, key }) => visible(kind, key));
  const outcomes = commit.outcomes.filter(({ kind, key }) => visible(kind, key));
  const own = isAdmin(caller) || commit.actor === caller.actor;
  const isRefused = !commit.accepted && sees(caller, commit.workspace);
  if (!own && events.length === 0 && outcomes.length === 0 && !isRefused) return undefined;
  const json = toJson("commit", { ...commit, events: [], outcomes }) as object;
  // The values of templates hold bytes, which the codec's form of a union leaves as they are.
  const shown = events.map((event) => ({
    ...event,
    previous: jsonNoun(event.kind, event.previous),
    current: jsonNoun(event.kind, event.current),
  }));
  return { ...json, events: shown };
}

function seesKey(caller: Caller, key: string): boolean {
  return sees(caller, splitKey(key).workspace);
}

function jsonOf(decoded: Decoded): unknown {
  return toJson(decoded.name, decoded.value as never);
}
