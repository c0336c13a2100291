export { desiredFiles } from "./desired-files.ts";
export {
  type Bind,
  decideDeployments,
  type Decision,
  type HostKnowledge,
  type WaitReason,
} from "./desired-state.ts";
export { type Disk, type DiskEntry, DiskError, type DiskErrorCode } from "./disk.ts";
export {
  type DesiredFiles,
  FilesDriver,
  type FilesDriverOptions,
  type FilesFailure,
  type FilesOutcome,
} from "./files-driver.ts";
export { NodeDisk } from "./node-disk.ts";
export type { Running } from "./owned-files.ts";
export { lockStateFolder } from "./state-folder-lock.ts";
export { StateError } from "./state-error.ts";
export { readHostDeployment, readRenderedDeployment } from "./stored-values.ts";
export { type StoredStream, type StreamContent, StreamStore } from "./stream-store.ts";
export type { AgentEvent, AgentOptions } from "./agent-options.ts";
export { Agent } from "./agent.ts";
export type { AgentState } from "./agent-state.ts";
export { GatewayTransport, type GatewayOptions } from "./gateway-transport.ts";
export { LogTransport, type LogTransportOptions } from "./log-transport.ts";
export type {
  ReportAnswer,
  StreamHandler,
  StreamRecord,
  Transport,
  TransportProblem,
  Watch,
} from "./transport.ts";
