/** One row per stream: what it carries, who writes it, who reads it. A test compares the rows with the code. */

/** How many partitions: one, as many as for hosts, or as many as for deployments. Recorded at installation. */
export type PartitionClass = "1" | "H" | "D";

/**
 * - `thirty-days`: everything, for thirty days.
 * - `for-ever`: everything; the audit record.
 * - `latest`: the latest record of each key.
 * - `latest-and-window`: the latest record of each key, and everything younger than the audit window.
 */
export type RetentionClass = "thirty-days" | "for-ever" | "latest" | "latest-and-window";

export type ServiceName =
  | "change-feed"
  | "target-delta"
  | "replica-assignment"
  | "deployment-fanout"
  | "template-render"
  | "stream-forwarder"
  | "gitops-writer"
  | "api"
  | "host-agent";

export interface Stream {
  /** The topic, or the pattern of the topics, of which there is one per host or deployment. */
  readonly topic: string;
  /** What the key of a record says. */
  readonly key: string;
  readonly partitions: PartitionClass;
  readonly retention: RetentionClass;
  readonly writers: readonly ServiceName[];
  readonly readers: readonly ServiceName[];
  /** The schema in `schemas/`, without its ending. */
  readonly record: string;
  /** True when marks lie between the records. */
  readonly marked: boolean;
}

const TASKS = [
  "target-delta",
  "replica-assignment",
  "deployment-fanout",
  "template-render",
  "stream-forwarder",
  "gitops-writer",
] as const satisfies readonly ServiceName[];

export const STREAMS = [
  {
    topic: "titan.proposal",
    key: "workspace",
    partitions: "1",
    retention: "thirty-days",
    writers: ["api"],
    readers: ["change-feed"],
    record: "proposal",
    marked: false,
  },
  {
    topic: "titan.change",
    key: "none",
    partitions: "1",
    retention: "for-ever",
    writers: ["change-feed"],
    readers: ["change-feed", "api"],
    record: "commit",
    marked: false,
  },
  {
    topic: "titan.workspace",
    key: "name",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api"],
    record: "workspace",
    marked: false,
  },
  {
    topic: "titan.workload",
    key: "workspace/name",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api", "template-render"],
    record: "workload",
    marked: false,
  },
  {
    topic: "titan.target",
    key: "workspace/name",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api", "target-delta"],
    record: "target",
    marked: false,
  },
  {
    topic: "titan.template",
    key: "workspace/name",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api", "replica-assignment", "deployment-fanout", "template-render"],
    record: "template",
    marked: false,
  },
  {
    topic: "titan.deployment",
    key: "workspace/name",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api", "replica-assignment", "deployment-fanout", "template-render"],
    record: "deployment",
    marked: false,
  },
  {
    topic: "titan.host",
    key: "workspace/name",
    partitions: "H",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: [
      "change-feed",
      "api",
      "target-delta",
      "replica-assignment",
      "deployment-fanout",
      "stream-forwarder",
    ],
    record: "host",
    marked: false,
  },
  {
    topic: "titan.token",
    key: "token id",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api"],
    record: "token",
    marked: false,
  },
  {
    topic: "titan.view",
    key: "view name",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["change-feed"],
    readers: ["change-feed", "api", ...TASKS],
    record: "view",
    marked: false,
  },
  {
    topic: "titan.frontier",
    key: "fixed",
    partitions: "1",
    retention: "latest",
    writers: ["change-feed"],
    readers: ["change-feed", "api", ...TASKS],
    record: "frontier",
    marked: false,
  },
  {
    topic: "titan.host-target",
    key: "workspace/host",
    partitions: "H",
    retention: "latest",
    writers: ["target-delta"],
    readers: ["replica-assignment", "deployment-fanout", "api"],
    record: "host-target",
    marked: true,
  },
  {
    topic: "titan.assignment",
    key: "workspace/deployment/workspace/host",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["replica-assignment"],
    readers: ["deployment-fanout", "api"],
    record: "assignment",
    marked: true,
  },
  {
    topic: "titan.host-deployment",
    key: "workspace/host/workspace/deployment, placed by workspace/host",
    partitions: "H",
    retention: "latest-and-window",
    writers: ["deployment-fanout"],
    readers: ["stream-forwarder", "gitops-writer", "api"],
    record: "host-deployment",
    marked: true,
  },
  {
    topic: "titan.rendered-deployment",
    key: "workspace/deployment",
    partitions: "D",
    retention: "latest-and-window",
    writers: ["template-render"],
    readers: ["stream-forwarder", "gitops-writer", "api"],
    record: "rendered-deployment",
    marked: true,
  },
  {
    topic: "titan.host.<workspace>.<host>",
    key: "workspace/deployment",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["stream-forwarder"],
    readers: ["host-agent"],
    record: "host-deployment",
    marked: true,
  },
  {
    topic: "titan.deployment.<workspace>.<deployment>",
    key: "workspace/deployment",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["stream-forwarder"],
    readers: ["host-agent"],
    record: "rendered-deployment",
    marked: true,
  },
  {
    topic: "titan.host-status",
    key: "workspace/host",
    partitions: "H",
    retention: "latest-and-window",
    writers: ["host-agent", "api"],
    readers: ["api"],
    record: "host-status",
    marked: false,
  },
  {
    topic: "titan.report",
    key: "workspace/workload/kind, or workspace/host/kind",
    partitions: "1",
    retention: "latest-and-window",
    writers: ["api"],
    readers: ["api"],
    record: "report",
    marked: false,
  },
  {
    topic: "titan.git-commit",
    key: "repository",
    partitions: "1",
    retention: "for-ever",
    writers: ["gitops-writer"],
    readers: ["api"],
    record: "git-commit",
    marked: false,
  },
  {
    topic: "titan.dead-letter",
    key: "original key",
    partitions: "1",
    retention: "thirty-days",
    writers: ["change-feed", ...TASKS],
    readers: ["api"],
    record: "dead-letter",
    marked: false,
  },
] as const satisfies readonly Stream[];

/** The literal name of a stream, as it stands in the table. */
export type StreamName = (typeof STREAMS)[number]["topic"];

/** The row of a stream. */
export function streamOf(topic: StreamName): Stream {
  const row = STREAMS.find((stream) => stream.topic === topic);
  if (row === undefined) throw new RangeError(`no stream is called ${topic}`);
  return row;
}

/** The topic of one host's slice. */
export function hostTopic(workspace: string, host: string): string {
  return `titan.host.${workspace}.${host}`;
}

/** The topic of one deployment's rendered state. */
export function deploymentTopic(workspace: string, deployment: string): string {
  return `titan.deployment.${workspace}.${deployment}`;
}
