import type { EventLog } from "@titan/event-log";
import type { RegistryAddress } from "./registry-address.ts";
import { openSchemaRegistry, type RegistryLogger } from "./schema-registry.ts";
import { withSchemaRegistry } from "./with-schema-registry.ts";

/**
 * A log whose topics carry the ids of an external registry, after registering our schemas there.
 * When that fails the log is closed, and the error is a `SchemaRegistryError`.
 */
export async function openRegistryLog(
  log: EventLog,
  address: RegistryAddress,
  logger?: RegistryLogger,
): Promise<EventLog> {
  try {
    const options = logger === undefined ? address : { ...address, logger };
    return withSchemaRegistry(log, await openSchemaRegistry(options));
  } catch (error) {
    await log.close();
    throw error;
  }
}
