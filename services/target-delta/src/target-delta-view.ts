import {
  isVisibleFrom,
  matches,
  splitKey,
  type Host,
  type HostTarget,
  type Target,
} from "@titan/domain";
import type { InputRecord, View } from "@titan/processor-runtime";
import { TargetIndex } from "./target-index.ts";

/** Per host the targets it matches. */
export interface TargetDeltaState {
  readonly hosts: Map<string, Host>;
  readonly targets: Map<string, Target>;
  readonly index: TargetIndex;
  /** Host key → keys of the targets that select it, sorted. */
  readonly memberships: Map<string, readonly string[]>;
}

/**
 * Which targets each host matches. A target of a workspace sees the hosts of that workspace and
 * of `default`. The record's `previous` and `current` show which targets a host joined and left.
 *
 * A changed host is tried against every target that may select it by one of its labels, a changed
 * target against every host.
 */
export const targetDelta: View<TargetDeltaState, HostTarget> = {
  name: "target-delta",
  version: 1,
  scope: "host-partition",
  consumes: ["titan.host", "titan.target"],
  emits: {
    kind: "topic",
    stream: "titan.host-target",
    record: "host-target",
    placement: (key) => key,
  },
  empty: () => ({
    hosts: new Map(),
    targets: new Map(),
    index: new TargetIndex(),
    memberships: new Map(),
  }),

  learn(state, records) {
    const changedHosts = new Set<string>();
    const changedTargets = new Set<string>();
    for (const record of records) {
      if (record.stream === "titan.host") {
        put(state.hosts, record);
        changedHosts.add(record.key);
      } else if (record.stream === "titan.target") {
        put(state.targets, record);
        state.index.put(record.key, record.current as Target | null);
        changedTargets.add(record.key);
      }
    }
    for (const key of changedHosts) joinAll(state, key);
    const moved = new Set(changedHosts);
    if (changedTargets.size === 0) return moved;
    for (const [key, host] of state.hosts) {
      if (changedHosts.has(key)) continue;
      for (const target of changedTargets) {
        if (joinOne(state, key, host, target)) moved.add(key);
      }
    }
    return moved;
  },

  value(state, key) {
    const targets = state.memberships.get(key);
    if (targets === undefined || targets.length === 0) return undefined;
    const { workspace, name } = splitKey(key);
    return { workspace, host: name, targets };
  },

  keys: (state) => state.hosts.keys(),

  causes(state, key) {
    const targets = state.memberships.get(key) ?? [];
    return [
      { kind: "Host", stream: "titan.host", key },
      ...targets.map((target) => ({ kind: "Target", stream: "titan.target", key: target })),
    ];
  },
};

function put<Value>(map: Map<string, Value>, record: InputRecord): void {
  if (record.current === null) map.delete(record.key);
  else map.set(record.key, record.current as Value);
}

function selects(target: Target, host: Host): boolean {
  return isVisibleFrom(target.workspace, host.workspace) && matches(target.selector, host.labels);
}

function joinAll(state: TargetDeltaState, key: string): void {
  const host = state.hosts.get(key);
  if (host === undefined) {
    state.memberships.delete(key);
    return;
  }
  const targets: string[] = [];
  for (const [name, target] of state.index.candidates(host.labels)) {
    if (selects(target, host)) targets.push(name);
  }
  if (targets.length > 0) state.memberships.set(key, targets.sort());
  else state.memberships.delete(key);
}

/** Whether the host joined or left the target. */
function joinOne(state: TargetDeltaState, key: string, host: Host, name: string): boolean {
  const target = state.targets.get(name);
  const before = state.memberships.get(key) ?? [];
  const wasIn = before.includes(name);
  const isIn = target !== undefined && selects(target, host);
  if (wasIn === isIn) return false;
  const after = isIn ? [...before, name].sort() : before.filter((other) => other !== name);
  if (after.length > 0) state.memberships.set(key, after);
  else state.memberships.delete(key);
  return true;
}
