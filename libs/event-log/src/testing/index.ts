export { describeEventLog, type EventLogHarness } from "./describe-event-log.ts";
export {
  createSimulatedLog,
  type SimulatedLog,
  type SimulatedLogOptions,
} from "../simulated/create-simulated-log.ts";
export { eventLoopScheduler } from "../simulated/event-loop-scheduler.ts";
export {
  FAULT_NAMES,
  type FaultChances,
  type FaultCounts,
  type FaultName,
} from "../simulated/faults.ts";
export type { Scheduler } from "../simulated/scheduler.ts";
export { integerBelow, type Random, seededRandom } from "../simulated/seeded-random.ts";
export { SeededScheduler } from "../simulated/seeded-scheduler.ts";
export type { CompactOptions, LogBackup } from "../simulated/simulated-broker.ts";
export type { SimulatedClient } from "../simulated/simulated-client.ts";
export type { SimulatedEvent } from "../simulated/simulated-event.ts";
export type { Timing } from "../simulated/simulation.ts";
export { kafkaHarness } from "./kafka/kafka-harness.ts";
export { rollSegments } from "./kafka/roll-segments.ts";
