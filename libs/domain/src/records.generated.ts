// Made from schemas/*.avsc by `npm run generate`. Do not edit.

export type Action = "APPLY" | "CREATE" | "PATCH" | "DELETE";

/** a deployment with a limited number of replicas is on a host */
export interface Assignment {
  /** workspace/name */
  readonly deployment: string;
  readonly deploymentCreatedRevision: number;
  /** workspace/name */
  readonly host: string;
  readonly hostCreatedRevision: number;
}

/** one derived record: a deployment with a limited number of replicas is on a host */
export interface AssignmentRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Assignment | null;
  readonly current: Assignment | null;
  /** 64-bit xxHash over key and canonical current, big-endian; zero for a DELETE */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** what a record was derived from */
export interface Cause {
  readonly kind: string;
  readonly key: string;
  readonly revision: number;
}

/** the verdict on one proposal: this record is the commit */
export interface Commit {
  readonly revision: number;
  /** random; a repeated append keeps it */
  readonly id: string;
  /** id of the commit before; empty for the first */
  readonly predecessor: string;
  readonly proposalId: string;
  /** offset on titan.proposal; -1 for the installation */
  readonly proposalPosition: number;
  readonly changeId: string;
  readonly workspace: string;
  readonly actor: string;
  readonly reason: string;
  /** never decreases */
  readonly committedAt: number;
  readonly traceparent: string;
  readonly accepted: boolean;
  readonly refusals: readonly Refusal[];
  readonly outcomes: readonly Outcome[];
  readonly events: readonly Event[];
  /** only in revision 1 */
  readonly installation: Installation | null;
}

/** a record that could not be processed */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly reason: string;
  readonly processor: string;
  readonly processorVersion: number;
  readonly key: string;
  /** the first 64 KiB of what could not be processed */
  readonly value: Uint8Array;
}

/** one instance of a workload with its own template and target */
export interface Deployment {
  readonly workspace: string;
  readonly name: string;
  /** Kubernetes label syntax */
  readonly labels: Readonly<Record<string, string>>;
  /** the change that created this object: its incarnation */
  readonly createdRevision: number;
  /** workspace/name, resolved when the change was decided */
  readonly workload: string;
  /** workspace/name, resolved */
  readonly template: string;
  /** workspace/name, resolved */
  readonly target: string;
  /** how many of the eligible hosts; all of them when null */
  readonly replicas: number | null;
  /** values as canonical JSON */
  readonly values: string;
}

/** one noun record: one instance of a workload with its own template and target */
export interface DeploymentRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Deployment | null;
  readonly current: Deployment | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

export type DeploymentState = "deployed" | "waiting" | "failed";

export interface DeploymentStatus {
  readonly deployment: string;
  readonly createdRevision: number;
  /** the cut of the deployment stream that is applied */
  readonly revision: number;
  readonly digest: string;
  readonly state: DeploymentState;
  /** something was changed by hand and put back since the last report */
  readonly drifted: boolean;
  readonly error: Problem | null;
}

/** one key is changed */
export interface Event {
  readonly kind: string;
  readonly key: string;
  readonly op: Op;
  readonly previous: View | Token | Deployment | Workload | Template | Target | Host | Workspace | null;
  readonly current: View | Token | Deployment | Workload | Template | Target | Host | Workspace | null;
}

/** a cut through all noun partitions */
export interface Frontier {
  readonly revision: number;
  readonly commitId: string;
  /** offset of the first copy of the commit */
  readonly commitPosition: number;
  readonly partitions: readonly PartitionCut[];
}

/** a commit that was pushed */
export interface GitCommit {
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  /** the tree is that of this revision */
  readonly revision: number;
  readonly committedAt: number;
  readonly problem: string;
}

/** 64 bits; on the wire eight bytes, big-endian. */
export type Hash = bigint;

/** accepts workloads declaratively as a unit */
export interface Host {
  readonly workspace: string;
  readonly name: string;
  /** Kubernetes label syntax */
  readonly labels: Readonly<Record<string, string>>;
  /** the change that created this object: its incarnation */
  readonly createdRevision: number;
  readonly description: string;
}

/** a deployment belongs on a host */
export interface HostDeployment {
  /** workspace/name */
  readonly host: string;
  readonly hostCreatedRevision: number;
  /** workspace/name */
  readonly deployment: string;
  /** the incarnation of the deployment */
  readonly createdRevision: number;
  /** the stream to watch */
  readonly stream: string;
  /** the labels of the host that the template names */
  readonly hostLabels: Readonly<Record<string, string>>;
}

/** one derived record: a deployment belongs on a host */
export interface HostDeploymentRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: HostDeployment | null;
  readonly current: HostDeployment | null;
  /** 64-bit xxHash over key and canonical current, big-endian; zero for a DELETE */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** one noun record: accepts workloads declaratively as a unit */
export interface HostRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Host | null;
  readonly current: Host | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** what a host says that it runs */
export interface HostStatus {
  readonly workspace: string;
  readonly host: string;
  readonly hostCreatedRevision: number;
  /** of the reporter: sorts after that of the one before */
  readonly incarnation: string;
  /** rises within an incarnation */
  readonly sequence: number;
  readonly reportedAt: number;
  readonly installation: string;
  /** the cut of the host stream that the host acts on */
  readonly revision: number;
  readonly agentVersion: string;
  readonly deployments: readonly DeploymentStatus[];
  /** of the agent as a whole */
  readonly problem: Problem | null;
}

/** which targets a host matches */
export interface HostTarget {
  readonly workspace: string;
  readonly host: string;
  /** workspace/name of each target that selects the host, sorted */
  readonly targets: readonly string[];
}

/** one derived record: which targets a host matches */
export interface HostTargetRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: HostTarget | null;
  readonly current: HostTarget | null;
  /** 64-bit xxHash over key and canonical current, big-endian; zero for a DELETE */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

export interface Installation {
  readonly id: string;
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
}

/** a cut of a derived partition */
export interface Mark {
  /** the state of the partition at this revision has this sum */
  readonly revision: number;
  readonly sum: Hash;
  /** keys in force */
  readonly count: number;
}

export type Op = "UPDATE" | "DELETE";

export interface Operation {
  readonly action: Action;
  readonly kind: string;
  /** the object {kind, metadata, spec} as JSON; for PATCH a merge patch of it; for DELETE its metadata is enough */
  readonly document: string;
  /** the revision that the object must have; 0: it must not exist */
  readonly expected: number | null;
}

/** what became of one operation */
export interface Outcome {
  readonly kind: string;
  readonly key: string;
  /** created, configured, unchanged or deleted */
  readonly result: string;
}

export interface PartitionCut {
  readonly topic: string;
  readonly partition: number;
  /** a hint */
  readonly end: number;
  readonly sum: Hash;
}

/** text, or a value of the host that is put in late */
export interface Piece {
  /** exactly one is set */
  readonly text: string | null;
  /** the value of this label of the host */
  readonly label: string | null;
  /** the name of the host */
  readonly hostName: boolean;
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

/** a change that somebody wants */
export interface Proposal {
  /** the idempotency key */
  readonly id: string;
  /** the newest revision that the sender had seen when it made the id */
  readonly seen: number;
  readonly workspace: string;
  readonly actor: string;
  readonly reason: string;
  readonly proposedAt: number;
  readonly traceparent: string;
  readonly operations: readonly Operation[];
}

/** why a proposal was refused */
export interface Refusal {
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
  readonly hint: string;
}

/** the complete files of a deployment */
export interface RenderedDeployment {
  /** workspace/name */
  readonly deployment: string;
  /** the incarnation of the deployment */
  readonly createdRevision: number;
  /** SHA-256 over paths, modes and pieces, hexadecimal */
  readonly digest: string;
  /** the labels of a host that the files name, sorted */
  readonly hostLabels: readonly string[];
  /** sorted by path */
  readonly files: readonly RenderedFile[];
  /** set instead of files when it can not be rendered */
  readonly problem: Problem | null;
}

/** one derived record: the complete files of a deployment */
export interface RenderedDeploymentRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  /** the digest of the state before */
  readonly previous: string | null;
  readonly current: RenderedDeployment | null;
  /** 64-bit xxHash over key and canonical current, big-endian; zero for a DELETE */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

export interface RenderedFile {
  readonly path: string;
  readonly executable: boolean;
  readonly pieces: readonly Piece[];
  /** a binary file; then there are no pieces */
  readonly bytes: Uint8Array | null;
}

/** what a build or GitOps system says */
export interface Report {
  readonly workspace: string;
  /** the workload, or the host, that is reported on */
  readonly subject: string;
  readonly kind: ReportKind;
  readonly commit: string;
  readonly image: string;
  readonly url: string;
  readonly actor: string;
  readonly incarnation: string;
  readonly sequence: number;
  readonly reportedAt: number;
}

export type ReportKind = "source" | "build" | "deployed";

/** a condition over host labels */
export interface Selector {
  readonly op: SelectorOp;
  /** empty for all, any, not */
  readonly label: string;
  /** for in and notIn */
  readonly values: readonly string[];
  /** for all, any, and not (exactly one) */
  readonly terms: readonly Selector[];
}

export type SelectorOp = "in" | "notIn" | "exists" | "notExists" | "all" | "any" | "not";

/** rules that match workloads to hosts */
export interface Target {
  readonly workspace: string;
  readonly name: string;
  /** Kubernetes label syntax */
  readonly labels: Readonly<Record<string, string>>;
  /** the change that created this object: its incarnation */
  readonly createdRevision: number;
  readonly selector: Selector;
}

/** one noun record: rules that match workloads to hosts */
export interface TargetRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Target | null;
  readonly current: Target | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** declarative files with holes */
export interface Template {
  readonly workspace: string;
  readonly name: string;
  /** Kubernetes label syntax */
  readonly labels: Readonly<Record<string, string>>;
  /** the change that created this object: its incarnation */
  readonly createdRevision: number;
  /** sorted by path */
  readonly files: readonly TemplateFile[];
  /** none, or the opening and the closing one */
  readonly delimiters: readonly string[];
  /** globs of files that are copied as they are */
  readonly verbatim: readonly string[];
  /** values as canonical JSON */
  readonly defaults: string;
}

export interface TemplateFile {
  /** relative, / between folders */
  readonly path: string;
  /** exactly one of text and bytes is set */
  readonly text: string | null;
  /** copied verbatim */
  readonly bytes: Uint8Array | null;
  readonly executable: boolean;
}

/** one noun record: declarative files with holes */
export interface TemplateRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Template | null;
  readonly current: Template | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** who may call */
export interface Token {
  /** the token id */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdRevision: number;
  /** admin, editor, viewer or host */
  readonly role: string;
  /** * is every workspace */
  readonly workspaces: readonly string[];
  /** workspace/name when the role is host */
  readonly host: string;
  /** the incarnation of the host that it opens */
  readonly hostCreatedRevision: number;
  /** SHA-256 of the secret, hexadecimal */
  readonly secretHash: string;
}

/** one noun record: who may call */
export interface TokenRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Token | null;
  readonly current: Token | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** which version of a view is in force */
export interface View {
  readonly name: string;
  readonly createdRevision: number;
  /** the version of the view that is in force from this revision on */
  readonly version: number;
}

/** one noun record: which version of a view is in force */
export interface ViewRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: View | null;
  readonly current: View | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** a set of declarative resources deployed as a unit */
export interface Workload {
  readonly workspace: string;
  readonly name: string;
  /** Kubernetes label syntax */
  readonly labels: Readonly<Record<string, string>>;
  /** the change that created this object: its incarnation */
  readonly createdRevision: number;
  readonly repo: string;
  readonly image: string;
  /** values as canonical JSON */
  readonly values: string;
}

/** one noun record: a set of declarative resources deployed as a unit */
export interface WorkloadRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Workload | null;
  readonly current: Workload | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}

/** the scope that owns names and access */
export interface Workspace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdRevision: number;
  readonly description: string;
}

/** one noun record: the scope that owns names and access */
export interface WorkspaceRecord {
  /** the label: for a noun the change that made it, for a derived record the cut its writer stepped at */
  readonly revision: number;
  /** place within the change */
  readonly index: number;
  readonly op: Op;
  readonly previous: Workspace | null;
  readonly current: Workspace | null;
  /** 64-bit xxHash over key, revision and canonical current, big-endian */
  readonly hash: Hash;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
  readonly causes: readonly Cause[];
  readonly processorVersion: number;
}
