import {
  DEFAULT_WORKSPACE,
  isVisibleFrom,
  splitKey,
  type Host,
  type HostTarget,
  type Target,
} from "@titan/domain";
import { sortFew } from "@titan/compact";
import type { View } from "@titan/processor-runtime";
import {
  compileSelector,
  releaseSelector,
  selects,
  type CompiledSelector,
} from "./compiled-selector.ts";
import { LabelIndex } from "./label-index.ts";
import { TargetIndex } from "./target-index.ts";

interface KnownTarget {
  readonly key: string;
  readonly workspace: string;
  readonly selector: CompiledSelector;
}

/** Who matches whom is not held: it follows from two indexes, hosts by label and targets by label. */
export interface TargetDeltaState {
  readonly hosts: LabelIndex;
  readonly targets: Map<string, KnownTarget>;
  readonly index: TargetIndex<KnownTarget>;
}

/**
 * Which targets each host matches. A target of a workspace sees the hosts of that workspace and
 * of `default`. The record's `previous` and `current` show which targets a host joined and left.
 *
 * A host is tried against the targets that may select it by one of its labels; a changed target
 * against the hosts that it may have selected before or may select now.
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
  empty() {
    const hosts = new LabelIndex();
    return { hosts, targets: new Map(), index: new TargetIndex(hosts.pairs) };
  },

  learn(state, records) {
    // All that there are afterwards have come then.
    const isFirst = state.hosts.size === 0;
    const moved: Moved = new Set();
    const changed = new Map<string, Target | null>();
    let gone = 0;
    for (const { stream, key, current } of records) {
      if (stream === "titan.host") {
        const number = state.hosts.put(key, current as Host | null);
        if (isFirst) continue;
        if (current === null) {
          moved.delete(number);
          gone += 1;
        }
        moved.add(current === null ? key : number);
      } else if (stream === "titan.target") {
        changed.set(key, current as Target | null);
      }
    }
    // When every host is named already nobody is left to look for.
    const areAllNamed = isFirst || moved.size - gone === state.hosts.size;
    for (const [key, target] of changed) {
      learnTarget(state, key, target, areAllNamed ? undefined : moved);
    }
    return isFirst ? state.hosts.keys() : keysOf(state.hosts, moved);
  },

  value(state, key) {
    const number = state.hosts.numberOf(key);
    if (number < 0) return undefined;
    const { workspace, name } = splitKey(key);
    const targets = targetsOf(state, number, workspace);
    return targets.length === 0 ? undefined : { workspace, host: name, targets };
  },

  keys: (state) => state.hosts.keys(),

  keepIn({ hosts, targets, index }, archive) {
    hosts.keepIn(archive);
    // Their labels are among those of the hosts already.
    for (const target of archive.json([...targets.values()])) {
      if (targets.has(target.key)) continue;
      targets.set(target.key, target);
      index.add(target, target.selector);
    }
  },

  causes(_state, key, value) {
    const targets = value?.targets ?? [];
    return [
      { kind: "Host", stream: "titan.host", key },
      ...targets.map((target) => ({ kind: "Target", stream: "titan.target", key: target })),
    ];
  },
};

/** Numbers of hosts; keys of those that are gone. */
type Moved = Set<number | string>;

function* keysOf(hosts: LabelIndex, moved: Moved): Generator<string> {
  for (const host of moved) yield typeof host === "string" ? host : hosts.keyOf(host);
}

/** Adds the hosts that join or leave the target, if there is a set for them. */
function learnTarget(
  { hosts, targets, index }: TargetDeltaState,
  key: string,
  target: Target | null,
  moved: Moved | undefined,
): void {
  const before = targets.get(key);
  const after =
    target === null
      ? undefined
      : {
          key,
          workspace: target.workspace,
          selector: compileSelector(target.selector, hosts.pairs),
        };
  if (moved !== undefined) {
    const { workspace } = splitKey(key);
    hosts.differing(before?.selector, after?.selector, (host) => {
      // As `isVisibleFrom` says.
      if (hosts.isIn(host, workspace) || hosts.isIn(host, DEFAULT_WORKSPACE)) moved.add(host);
    });
  }
  if (before !== undefined) {
    index.delete(before);
    releaseSelector(before.selector, hosts.pairs);
    targets.delete(key);
  }
  if (after !== undefined) {
    index.add(after, after.selector);
    targets.set(key, after);
  }
}

/** Keys of the targets that select a host of a workspace, sorted. */
function targetsOf(
  { hosts, index }: TargetDeltaState,
  number: number,
  workspace: string,
): readonly string[] {
  const held = hosts.pairsOf(number);
  const found: string[] = [];
  index.candidates(held, (target, isCertain) => {
    if (!isCertain && !selects(target.selector, held, hosts.pairs)) return;
    if (isVisibleFrom(target.workspace, workspace)) found.push(target.key);
  });
  sortFew(found);
  // A target may be found in more than one way.
  let count = Math.min(1, found.length);
  for (let at = 1; at < found.length; at += 1) {
    if (found[at] !== found[count - 1]) found[count++] = found[at] ?? "";
  }
  // A copy has no room to spare.
  return found.slice(0, count);
}
