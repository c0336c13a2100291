import type { Host, HostTarget } from "@titan/domain";
import type { View } from "../view.ts";

type State = Map<string, Host>;

/** A small view for tests of the runtime: each host is a member of the target that its `site` names. */
export const membershipView: View<State, HostTarget> = {
  name: "target-delta",
  version: 1,
  scope: "host-partition",
  consumes: ["titan.host"],
  emits: {
    kind: "topic",
    stream: "titan.host-target",
    record: "host-target",
    placement: (key) => key,
  },
  empty: () => new Map(),
  learn(state, records) {
    for (const { key, current } of records) {
      if (current === null) state.delete(key);
      else state.set(key, current as Host);
    }
    return records.map(({ key }) => key);
  },
  value(state, key) {
    const host = state.get(key);
    const site = host?.labels["site"];
    if (host === undefined || site === undefined) return undefined;
    return { workspace: host.workspace, host: host.name, targets: [`default/${site}`] };
  },
  keys: (state) => state.keys(),
  keepIn(state, archive) {
    for (const [key, kept] of archive.json([...state])) state.set(key, kept);
  },
  causes: (_, key) => [{ kind: "Host", stream: "titan.host", key }],
};
