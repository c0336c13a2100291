import { deploymentFanout } from "@titan/deployment-fanout";
import { digestOf, type HostTarget, type RenderedDeployment } from "@titan/domain";
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

/** Later versions of some views; the reference model knows what they make different. */
export const SECOND_VERSIONS: readonly AnyView[] = [
  secondVersion(deploymentFanout, (value) => ({
    ...value,
    hostLabels: { ...value.hostLabels, version: "2" },
  })),
  secondVersion(targetDelta, (value: HostTarget) => ({
    ...value,
    targets: [...value.targets].reverse(),
  })),
  secondVersion(templateRender, (value: RenderedDeployment) => {
    const files = value.files.map((file) => ({ ...file, executable: true }));
    return { ...value, files, digest: digestOf(files) };
  }),
];

function secondVersion<State, Value>(
  view: View<State, Value>,
  change: (value: Value) => Value,
): AnyView {
  return {
    ...view,
    version: 2,
    value(state: State, key: string) {
      const value = view.value(state, key);
      return value && change(value);
    },
  } as unknown as AnyView;
}
