import { hostTopic, type HostDeployment } from "@titan/domain";
import type { View } from "@titan/processor-runtime";

export interface HostSlicesState {
  readonly hosts: Set<string>;
  readonly deployments: Map<string, HostDeployment>;
}

const PREFIX = "titan.host.";

/**
 * `titan.host.<workspace>.<host>`: each host's slice of `titan.host-deployment`, with a sum of
 * its own. A host that has no deployment has a slice too, so that it knows that it has none.
 */
export const hostSlices: View<HostSlicesState, HostDeployment> = {
  name: "stream-forwarder-host",
  version: 1,
  scope: "host-partition",
  consumes: ["titan.host", "titan.host-deployment"],
  emits: {
    kind: "slices",
    record: "host-deployment",
    prefix: PREFIX,
    slice(key) {
      const [hostWorkspace = "", host = "", workspace, deployment] = key.split("/");
      return {
        topic: hostTopic(hostWorkspace, host),
        key: workspace === undefined ? "" : `${workspace}/${deployment}`,
      };
    },
    nameOf: (topic, key) => `${hostOf(topic)}/${key}`,
    placement: hostOf,
  },
  empty: () => ({ hosts: new Set(), deployments: new Map() }),

  learn(state, records) {
    const keys: string[] = [];
    for (const { stream, key, current } of records) {
      if (stream === "titan.host") {
        if (current === null) state.hosts.delete(key);
        else {
          state.hosts.add(key);
          keys.push(key);
        }
      } else if (stream === "titan.host-deployment") {
        if (current === null) state.deployments.delete(key);
        else state.deployments.set(key, current as HostDeployment);
        keys.push(key);
      }
    }
    return keys;
  },

  value: (state, key) => state.deployments.get(key),
  isInForce: (state, topic) => state.hosts.has(hostOf(topic)),

  *keys(state) {
    yield* state.hosts;
    yield* state.deployments.keys();
  },

  causes(_state, key) {
    const [hostWorkspace, host, workspace, deployment] = key.split("/");
    return [
      { kind: "Host", stream: "titan.host", key: `${hostWorkspace}/${host}` },
      { kind: "Deployment", stream: "titan.deployment", key: `${workspace}/${deployment}` },
    ];
  },
};

function hostOf(topic: string): string {
  return topic.slice(PREFIX.length).replace(".", "/");
}
