import { isVisibleFrom, matches, type Host, type HostTarget, type Target } from "@titan/domain";
import type { View } from "@titan/processor-runtime";
import { TargetIndex } from "./target-index.ts";

/** Per host the targets it matches. */
export interface TargetDeltaState {
  readonly hosts: Map<string, Host>;
  readonly targets: Map<string, Target>;
  readonly index: TargetIndex;
}

/**
 * Which targets each host matches. A target of a workspace sees the hosts of that workspace and
 * of `default`. The record's `previous` and `current` show which targets a host joined and left.
 *
 * A host is tried against the targets that may select it by one of its labels, a changed target
 * against every host.
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
  }),

  learn(state, records) {
    const moved = new Set<string>();
    const changedTargets = new Map<string, Before>();
    for (const { stream, key, current } of records) {
      if (stream === "titan.host") {
        put(state.hosts, key, current as Host | null);
        moved.add(key);
      } else if (stream === "titan.target") {
        if (!changedTargets.has(key)) changedTargets.set(key, state.targets.get(key));
        put(state.targets, key, current as Target | null);
        state.index.put(key, current as Target | null);
      }
    }
    if (changedTargets.size === 0) return moved;
    for (const [key, host] of state.hosts) {
      if (moved.has(key)) continue;
      for (const [target, before] of changedTargets) {
        if (selects(before, host) !== selects(state.targets.get(target), host)) moved.add(key);
      }
    }
    return moved;
  },

  value(state, key) {
    const host = state.hosts.get(key);
    const targets = host === undefined ? [] : targetsOf(state, host);
    if (host === undefined || targets.length === 0) return undefined;
    return { workspace: host.workspace, host: host.name, targets };
  },

  keys: (state) => state.hosts.keys(),

  causes(state, key) {
    const host = state.hosts.get(key);
    const targets = host === undefined ? [] : targetsOf(state, host);
    return [
      { kind: "Host", stream: "titan.host", key },
      ...targets.map((target) => ({ kind: "Target", stream: "titan.target", key: target })),
    ];
  },
};

/** What a target was before a step; undefined when it was not there. */
type Before = Target | undefined;

function put<Value>(map: Map<string, Value>, key: string, value: Value | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function selects(target: Target | undefined, host: Host): boolean {
  if (target === undefined || !isVisibleFrom(target.workspace, host.workspace)) return false;
  return matches(target.selector, host.labels);
}

/** Keys of the targets that select a host, sorted. */
function targetsOf(state: TargetDeltaState, host: Host): readonly string[] {
  const targets: string[] = [];
  for (const [key, target] of state.index.candidates(host.labels)) {
    if (selects(target, host)) targets.push(key);
  }
  return targets.sort();
}
