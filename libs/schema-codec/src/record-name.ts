import type {
  AssignmentRecord,
  Commit,
  DeadLetter,
  DeploymentRecord,
  Frontier,
  GitCommit,
  HostDeploymentRecord,
  HostRecord,
  HostStatus,
  HostTargetRecord,
  Mark,
  Proposal,
  RenderedDeploymentRecord,
  Report,
  TargetRecord,
  TemplateRecord,
  TokenRecord,
  ViewRecord,
  WorkloadRecord,
  WorkspaceRecord,
} from "@titan/domain";

/** Every record that is on a topic, by the name of its file in `schemas/`. */
export interface RecordTypes {
  readonly assignment: AssignmentRecord;
  readonly commit: Commit;
  readonly "dead-letter": DeadLetter;
  readonly deployment: DeploymentRecord;
  readonly frontier: Frontier;
  readonly "git-commit": GitCommit;
  readonly host: HostRecord;
  readonly "host-deployment": HostDeploymentRecord;
  readonly "host-status": HostStatus;
  readonly "host-target": HostTargetRecord;
  readonly mark: Mark;
  readonly proposal: Proposal;
  readonly "rendered-deployment": RenderedDeploymentRecord;
  readonly report: Report;
  readonly target: TargetRecord;
  readonly template: TemplateRecord;
  readonly token: TokenRecord;
  readonly view: ViewRecord;
  readonly workload: WorkloadRecord;
  readonly workspace: WorkspaceRecord;
}

export type RecordName = keyof RecordTypes;

/** The records that have a label, a current value and a hash. */
export type StatementName =
  | "assignment"
  | "deployment"
  | "host"
  | "host-deployment"
  | "host-target"
  | "rendered-deployment"
  | "target"
  | "template"
  | "token"
  | "view"
  | "workload"
  | "workspace";

/** A decoded record with its name, so that a switch over `name` knows the shape of `value`. */
export type Decoded = {
  [N in RecordName]: { readonly name: N; readonly value: RecordTypes[N] };
}[RecordName];
