import {
  openEmbeddedLog,
  openKafkaLog,
  reachKafka,
  type EventLog,
  type KafkaLogger,
} from "@titan/event-log";
import { cloudEventHeaders } from "@titan/schema-codec";
import { openRegistryLog } from "@titan/schema-registry";
import { kafkaOptions } from "./kafka-fields.ts";
import type { LogConfig } from "./log-config.ts";

/**
 * The one place that knows which adapter an address means. `name` is what the broker's own logs
 * and quotas call this process. Rejects with `SchemaRegistryError` when the registry does not take
 * our schemas; the cluster itself is waited for.
 */
export async function openLog(
  config: LogConfig,
  name: string,
  logger: KafkaLogger,
): Promise<EventLog> {
  const log = openAdapter(config, name, logger);
  const { schemaRegistry } = config;
  return schemaRegistry === "own" ? log : openRegistryLog(log, schemaRegistry, logger);
}

/** Rejects with `LogError` `unreachable` when the log does not answer in time, and says why. */
export async function reachLog(config: LogConfig, name: string, limitMs: number): Promise<void> {
  const { log } = config;
  if (log.kind !== "kafka") return;
  await reachKafka(kafkaOptions(log.brokers, `titan-${name}`, config), limitMs);
}

function openAdapter(config: LogConfig, name: string, logger: KafkaLogger): EventLog {
  const { log } = config;
  switch (log.kind) {
    case "embedded":
      return openEmbeddedLog({ path: log.path, logger });
    case "kafka":
      return openKafkaLog({
        ...kafkaOptions(log.brokers, `titan-${name}`, config),
        headersOf: (topic, { key, value }) => cloudEventHeaders(topic, key, value),
        logger,
      });
  }
}
