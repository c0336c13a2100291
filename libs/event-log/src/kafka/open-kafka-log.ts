import type { EventLog } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { Cluster } from "./cluster.ts";
import { KafkaEventLog } from "./kafka-event-log.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { Patience } from "./patience.ts";

/**
 * The log on a Kafka cluster. Nothing is connected before it is needed; what only asks waits until
 * a broker answers, appends are rejected when they are not acknowledged.
 */
export function openKafkaLog(options: KafkaOptions): EventLog {
  return new KafkaEventLog(options);
}

/** Rejects with `LogError` `unreachable` when no broker answers in time; the message says why. */
export async function reachKafka(options: KafkaOptions, limitMs: number): Promise<void> {
  const cluster = new Cluster(options, () => {});
  const patience = new Patience();
  const deadline = Date.now() + limitMs;
  try {
    for (;;) {
      try {
        await cluster.reach();
        return;
      } catch (error) {
        if (Date.now() >= deadline) {
          const reason = error instanceof Error ? error.message : String(error);
          const message = `Kafka at ${options.brokers.join(",")} does not answer: ${reason}`;
          throw new LogError("unreachable", "refused", message, error);
        }
        await patience.pause();
      }
    }
  } finally {
    cluster.close();
  }
}
