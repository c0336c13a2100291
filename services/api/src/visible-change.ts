import { kindOf } from "@titan/domain";
import { mayRead } from "./access.ts";
import { isAdmin, sees, type Caller } from "./caller.ts";
import type { StoredChange } from "./read-model/change-store.ts";

/**
 * A change as far as the caller may know of it: its own, or those that touch what it may see, with
 * only that part of the outcomes; undefined when nothing is left.
 */
export function visibleChange(caller: Caller, change: StoredChange): StoredChange | undefined {
  if (isAdmin(caller) || change.actor === caller.actor) return change;
  const outcomes = change.outcomes.filter(({ kind, key }) => {
    const meant = kindOf(kind);
    return meant.ok && mayRead(caller, meant.kind, key);
  });
  if (outcomes.length > 0) return { ...change, outcomes };
  return !change.accepted && sees(caller, change.workspace) ? change : undefined;
}

export function presentChange(change: StoredChange) {
  const { changeId, revision, accepted, actor, reason, workspace, committedAt } = change;
  return {
    changeId,
    revision,
    accepted,
    actor,
    reason,
    workspace,
    at: new Date(committedAt).toISOString(),
    outcomes: change.outcomes,
    refusals: change.refusals,
  };
}
