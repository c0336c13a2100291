import { deploymentFanout } from "@titan/deployment-fanout";
import { gitTree } from "@titan/gitops-writer";
import { replicaAssignment } from "@titan/replica-assignment";
import { deploymentSlices, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";

/** Every view of this build, in the order in which their outputs follow from each other. */
export const VIEWS = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
  hostSlices,
  deploymentSlices,
  gitTree,
] as const;
