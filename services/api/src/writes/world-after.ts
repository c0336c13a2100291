import {
  isNounKind,
  nounAs,
  type Event,
  type NounKind,
  type NounTypes,
  type NounValue,
  type World,
} from "@titan/domain";

/** Nouns as they are, or as they would be. */
export interface NounLookup {
  get<Kind extends NounKind>(kind: Kind, key: string): NounTypes[Kind] | undefined;
  /** Keys of a workspace's hosts. */
  hostsIn(workspace: string): Iterable<string>;
}

export function worldNow(world: World): NounLookup {
  return {
    get: (kind, key) => world.get(kind, key)?.value,
    hostsIn: (workspace) => world.objectsIn(workspace, "Host"),
  };
}

/** The world with the events of a change over it; the world stays as it is. */
export function worldAfter(world: World, events: readonly Event[]): NounLookup {
  const changed = new Map<string, NounValue | null>();
  for (const { kind, key, current } of events) changed.set(`${kind} ${key}`, current);
  return {
    get: (kind, key) => {
      const id = `${kind} ${key}`;
      const value = changed.get(id);
      if (value === undefined) return world.get(kind, key)?.value;
      return value === null || !isNounKind(kind) ? undefined : nounAs(kind, value);
    },
    *hostsIn(workspace) {
      for (const { kind, key, current } of events) {
        if (kind === "Host" && current !== null && key.startsWith(`${workspace}/`)) yield key;
      }
      for (const key of world.objectsIn(workspace, "Host")) {
        if (!changed.has(`Host ${key}`)) yield key;
      }
    },
  };
}
