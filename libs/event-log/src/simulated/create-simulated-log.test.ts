import { describeEventLog, type EventLogHarness } from "../testing/describe-event-log.ts";
import { createSimulatedLog, type SimulatedLogOptions } from "./create-simulated-log.ts";
import { eventLoopScheduler } from "./event-loop-scheduler.ts";
import { seededRandom } from "./seeded-random.ts";

function harness(options: SimulatedLogOptions): EventLogHarness {
  let aheadMs = 0;
  const scheduler = { ...eventLoopScheduler, now: () => Date.now() + aheadMs };
  const cluster = createSimulatedLog({ random: seededRandom(7), scheduler, ...options });
  const log = cluster.client("first");
  return {
    log,
    reopen: async () => {
      await log.close();
      return cluster.client("second");
    },
    compact: async () => cluster.compactNow(),
    advance: (ms) => void (aheadMs += ms),
    dispose: () => cluster.close(),
  };
}

describeEventLog("the simulated log", async () => harness({}));

describeEventLog(
  "the simulated log with delays and the faults that keep all promises",
  async () => {
    const timing = { landMs: 3, answerMs: 3, deliverMs: 3, lateMs: 5 };
    const faults = { staleDelivery: 0.3, reorderedPartitions: 0.3, lateRevocation: 0.5 };
    return harness({ timing, faults });
  },
);
