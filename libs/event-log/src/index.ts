export {
  type AppendBatch,
  type AppendRecord,
  type Bounds,
  type EventLog,
  type LogRecord,
  type OnBatch,
  type OnShare,
  type Position,
  type ReadBatch,
  RECORD_BYTES_MAX,
  type Retention,
  type Share,
  type SubscribeOptions,
  type Subscription,
  type TopicInfo,
  type TopicSpec,
} from "./event-log.ts";
export { SharedRecord } from "./shared-record.ts";
export { LogError, type LogErrorCode } from "./log-error.ts";
export type { EmbeddedLog, EmbeddedLogLogger } from "./embedded/embedded-log.ts";
export { type EmbeddedLogOptions, openEmbeddedLog } from "./embedded/open-embedded-log.ts";
export { openThreadLog, type ThreadLogHandle } from "./threads/open-thread-log.ts";
export type { KafkaLogger, KafkaOptions, RecordHeaders } from "./kafka/kafka-options.ts";
export { openKafkaLog, reachKafka } from "./kafka/open-kafka-log.ts";
