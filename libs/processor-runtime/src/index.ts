export { Alignment, type AlignedStep, type InputChange } from "./alignment.ts";
export { systemClock, type Clock } from "./clock.ts";
export { CommitChain, EMPTY_CHAIN, type ChainEnd } from "./commit-chain.ts";
export { CutFold } from "./cut-fold.ts";
export { deadLetterBatch, type Unprocessed } from "./dead-letter.ts";
export { HostsAndTargets } from "./hosts-and-targets.ts";
export { InputReader, type InputPartition } from "./input-reader.ts";
export {
  CHANGE_TOPIC,
  InstallationError,
  openInstallation,
  readInstallation,
} from "./installation.ts";
export { FRONTIER_KEY, FRONTIER_TOPIC, MARK_KEY, VIEW_TOPIC } from "./keys.ts";
export type { Output } from "./output.ts";
export { appendPersistently, type OnHold } from "./persistent-append.ts";
export { readToEnd } from "./read-to-end.ts";
export { readStatement, type Read } from "./read-statement.ts";
export { RULES, type Rules } from "./rules.ts";
export { taskCount, viewTask, type Environment } from "./run-view.ts";
export { Signal } from "./signal.ts";
export { addWrapping, Contradiction, type Cut, type Origin, type Statement } from "./statement.ts";
export type { Snapshots } from "./snapshots.ts";
export { StuckWatch, type Stuck } from "./stuck-watch.ts";
export { Task, type TaskStatus } from "./task.ts";
export { AUDIT_WINDOW_MS, fixedTopics, sliceTopic, type PartitionCounts } from "./topics.ts";
export type { CauseRef, Emits, InputRecord, TaskScope, View, ViewStep } from "./view.ts";
export { latestOf } from "./latest-of.ts";
export { proposeOwn } from "./propose-own.ts";
export { commitAt, commitOf } from "./commit-at.ts";
