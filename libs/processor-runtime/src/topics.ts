import type { Retention, TopicSpec } from "@titan/event-log";
import { STREAMS, type PartitionClass, type RetentionClass, type Stream } from "@titan/domain";

/** How many partitions the classes of topics have; fixed by the installation commit. */
export interface PartitionCounts {
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Records younger than this stay, compacted or not, so that people can see what happened. */
export const AUDIT_WINDOW_MS = 30 * DAY_MS;
const PROPOSAL_AGE_MS = 30 * DAY_MS;

export function partitionCount(partitions: PartitionClass, counts: PartitionCounts): number {
  switch (partitions) {
    case "1":
      return 1;
    case "H":
      return counts.hostPartitions;
    case "D":
      return counts.deploymentPartitions;
  }
}

function retentionOf(retention: RetentionClass): Retention {
  switch (retention) {
    case "for-ever":
      return { kind: "forever" };
    case "thirty-days":
      return { kind: "age", ageMs: PROPOSAL_AGE_MS };
    case "latest":
      return { kind: "latest", lagMs: 0 };
    case "latest-and-window":
      return { kind: "latest", lagMs: AUDIT_WINDOW_MS };
  }
}

/** What the log must keep through a power loss: what can not be made again from something else. */
function durabilityOf(stream: Stream): TopicSpec["durability"] {
  switch (stream.topic) {
    case "titan.proposal":
    case "titan.change":
    case "titan.host-status":
    case "titan.report":
    case "titan.git-commit":
      return "synced";
    default:
      return "rebuildable";
  }
}

/** The two topics that are there before the installation is known. */
export const FIRST_TOPICS: readonly TopicSpec[] = ["titan.proposal", "titan.change"].map((name) =>
  specOf(name, { hostPartitions: 1, deploymentPartitions: 1 }),
);

/** All topics that are not made per host or per deployment. */
export function fixedTopics(counts: PartitionCounts): readonly TopicSpec[] {
  return STREAMS.filter((stream) => !stream.topic.includes("<")).map((stream) =>
    specOf(stream.topic, counts),
  );
}

/** A topic of one host or one deployment. */
export function sliceTopic(name: string): TopicSpec {
  return {
    name,
    partitions: 1,
    retention: retentionOf("latest-and-window"),
    durability: "rebuildable",
  };
}

function specOf(name: string, counts: PartitionCounts): TopicSpec {
  const stream: Stream | undefined = STREAMS.find((row) => row.topic === name);
  if (stream === undefined) throw new RangeError(`no stream is called ${name}`);
  return {
    name,
    partitions: partitionCount(stream.partitions, counts),
    retention: retentionOf(stream.retention),
    durability: durabilityOf(stream),
  };
}
