import type { NounKind } from "@titan/domain";
import type { StatementName } from "@titan/schema-codec";

interface NounTopic {
  readonly topic: string;
  readonly record: StatementName;
  readonly partitions: "1" | "H";
}

/** Where the events of each noun are published. */
export const NOUN_TOPICS: Readonly<Record<NounKind, NounTopic>> = {
  Workspace: { topic: "titan.workspace", record: "workspace", partitions: "1" },
  Host: { topic: "titan.host", record: "host", partitions: "H" },
  Target: { topic: "titan.target", record: "target", partitions: "1" },
  Template: { topic: "titan.template", record: "template", partitions: "1" },
  Workload: { topic: "titan.workload", record: "workload", partitions: "1" },
  Deployment: { topic: "titan.deployment", record: "deployment", partitions: "1" },
  Token: { topic: "titan.token", record: "token", partitions: "1" },
  View: { topic: "titan.view", record: "view", partitions: "1" },
};
