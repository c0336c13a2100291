import { deploymentFanout } from "@titan/deployment-fanout";
import { replicaAssignment } from "@titan/replica-assignment";
import type { View } from "@titan/processor-runtime";
import { deploymentSlices, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";

/** The views whose output is on the log; their states and values differ, so none is named. */
export type AnyView = View<unknown, unknown>;

export const TOPIC_VIEWS: readonly AnyView[] = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
] as unknown as readonly AnyView[];

export const SLICE_VIEWS: readonly AnyView[] = [
  hostSlices,
  deploymentSlices,
] as unknown as readonly AnyView[];

/** A later version of one view: it labels every pair of host and deployment. */
export const SECOND_VERSION: AnyView = {
  ...deploymentFanout,
  version: 2,
  value(state: Parameters<typeof deploymentFanout.value>[0], key: string) {
    const value = deploymentFanout.value(state, key);
    return value && { ...value, hostLabels: { ...value.hostLabels, version: "2" } };
  },
} as unknown as AnyView;
