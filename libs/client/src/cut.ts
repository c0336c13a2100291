import {
  streamOf,
  type Assignment,
  type Deployment,
  type Host,
  type HostDeployment,
  type HostTarget,
  type Installation,
  type RenderedDeployment,
  type Target,
  type Template,
  type Token,
  type View,
  type Workload,
  type Workspace,
} from "@titan/domain";
import type { InputPartition } from "@titan/processor-runtime";

/** The topics that can be followed, and what their keys hold. */
export interface TopicValues {
  readonly "titan.workspace": Workspace;
  readonly "titan.workload": Workload;
  readonly "titan.target": Target;
  readonly "titan.template": Template;
  readonly "titan.deployment": Deployment;
  readonly "titan.host": Host;
  readonly "titan.token": Token;
  readonly "titan.view": View;
  readonly "titan.host-target": HostTarget;
  readonly "titan.assignment": Assignment;
  readonly "titan.host-deployment": HostDeployment;
  readonly "titan.rendered-deployment": RenderedDeployment;
}

export type FollowedTopic = keyof TopicValues;

export interface Entry<Value> {
  readonly current: Value;
  /** The label: of a noun the revision that made it, what `expected` of an operation means. */
  readonly revision: number;
}

/** What the topics hold together at one revision. Good until the promise of `onCut` resolves. */
export interface Cut<Topic extends FollowedTopic> {
  readonly revision: number;
  /** Everything that is there, per topic by key. */
  readonly state: CutState<Topic>;
  /** Per topic the keys that changed since the last cut; those that went are not in `state`. */
  readonly changes: CutChanges<Topic>;
}

export type CutState<Topic extends FollowedTopic> = {
  readonly [Name in Topic]: ReadonlyMap<string, Entry<TopicValues[Name]>>;
};
export type CutChanges<Topic extends FollowedTopic> = {
  readonly [Name in Topic]: ReadonlySet<string>;
};

/** Nouns have their cuts in the frontier, derived records in the marks between them. */
export function partitionsOf(
  topic: FollowedTopic,
  installation: Installation,
): readonly InputPartition[] {
  const { partitions, marked } = streamOf(topic);
  const counts = {
    "1": 1,
    H: installation.hostPartitions,
    D: installation.deploymentPartitions,
  } as const;
  const cuts = marked ? "marks" : "frontier";
  return Array.from({ length: counts[partitions] }, (_, partition) => ({
    topic,
    partition,
    cuts,
  }));
}

/** For callers without types. */
export function isFollowed(topic: string): boolean {
  return Object.hasOwn(FOLLOWED, topic);
}

const FOLLOWED: { readonly [Topic in FollowedTopic]: true } = {
  "titan.workspace": true,
  "titan.workload": true,
  "titan.target": true,
  "titan.template": true,
  "titan.deployment": true,
  "titan.host": true,
  "titan.token": true,
  "titan.view": true,
  "titan.host-target": true,
  "titan.assignment": true,
  "titan.host-deployment": true,
  "titan.rendered-deployment": true,
};
