import { deploymentTopic, splitKey, type RenderedDeployment } from "@titan/domain";
import type { View } from "@titan/processor-runtime";

export interface DeploymentSlicesState {
  readonly rendered: Map<string, RenderedDeployment>;
}

const PREFIX = "titan.deployment.";

/** `titan.deployment.<workspace>.<deployment>`: each deployment's rendered state. */
export const deploymentSlices: View<DeploymentSlicesState, RenderedDeployment> = {
  name: "stream-forwarder-deployment",
  version: 1,
  scope: "deployment-partition",
  consumes: ["titan.rendered-deployment"],
  emits: {
    kind: "slices",
    record: "rendered-deployment",
    prefix: PREFIX,
    slice(key) {
      const { workspace, name } = splitKey(key);
      return { topic: deploymentTopic(workspace, name), key };
    },
    nameOf: (_topic, key) => key,
    placement: deploymentOf,
  },
  empty: () => ({ rendered: new Map() }),

  learn(state, records) {
    const keys: string[] = [];
    for (const { stream, key, current } of records) {
      if (stream !== "titan.rendered-deployment") continue;
      if (current === null) state.rendered.delete(key);
      else state.rendered.set(key, current as RenderedDeployment);
      keys.push(key);
    }
    return keys;
  },

  value: (state, key) => state.rendered.get(key),
  isInForce: (state, topic) => state.rendered.has(deploymentOf(topic)),
  keys: (state) => state.rendered.keys(),
};

function deploymentOf(topic: string): string {
  return topic.slice(PREFIX.length).replace(".", "/");
}
