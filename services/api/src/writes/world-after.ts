import type { HostTable } from "@titan/compact";
import {
  allOf,
  hasLabel,
  isNounKind,
  isVisibleFrom,
  matches,
  nounAs,
  type Event,
  type Host,
  type NounKind,
  type NounTypes,
  type NounValue,
  type Selector,
  type Target,
  type World,
} from "@titan/domain";
import { HostSelection } from "../read-model/host-selection.ts";

/** Nouns as they are, or as they would be. */
export interface NounLookup {
  get<Kind extends NounKind>(kind: Kind, key: string): NounTypes[Kind] | undefined;
  /** Keys of the hosts that a target selects and sees and that have every label of some, in no order. */
  hostsOf(target: Target, needed: readonly string[]): Iterable<string>;
}

/** The nouns in force, with the hosts found by their labels. */
export interface NounsInForce {
  readonly world: World;
  readonly hosts: HostTable;
}

/** Whether a target selects a host and sees it, and the host has every label of some. */
export function selects(target: Target, needed: readonly string[], host: Host): boolean {
  if (!isVisibleFrom(target.workspace, host.workspace)) return false;
  return matches(selectorOf(target, needed), host.labels);
}

function selectorOf({ selector }: Target, needed: readonly string[]): Selector {
  return needed.length === 0 ? selector : allOf([selector, ...needed.map(hasLabel)]);
}

export function worldNow({ world, hosts }: NounsInForce): NounLookup {
  return {
    get: (kind, key) => world.get(kind, key)?.value,
    *hostsOf(target, needed) {
      for (const host of new HostSelection(hosts, selectorOf(target, needed))) {
        const key = hosts.keyOf(host);
        if (isVisibleFrom(target.workspace, key.slice(0, key.indexOf("/")))) yield key;
      }
    },
  };
}

/** The world with the events of a change over it; the world stays as it is. */
export function worldAfter(nouns: NounsInForce, events: readonly Event[]): NounLookup {
  const now = worldNow(nouns);
  const changed = new Map<string, NounValue | null>();
  const changedHosts = new Map<string, Host | null>();
  for (const { kind, key, current } of events) {
    changed.set(`${kind} ${key}`, current);
    if (kind === "Host") changedHosts.set(key, current === null ? null : nounAs(kind, current));
  }
  return {
    get: (kind, key) => {
      const value = changed.get(`${kind} ${key}`);
      if (value === undefined) return now.get(kind, key);
      return value === null || !isNounKind(kind) ? undefined : nounAs(kind, value);
    },
    *hostsOf(target, needed) {
      for (const [key, host] of changedHosts) {
        if (host !== null && selects(target, needed, host)) yield key;
      }
      for (const key of now.hostsOf(target, needed)) if (!changedHosts.has(key)) yield key;
    },
  };
}
