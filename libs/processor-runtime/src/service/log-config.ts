import {
  REGISTRY_ADDRESS_FORM,
  registryAddress,
  type RegistryAddress,
} from "@titan/schema-registry";
import { readConfig, type ConfigField } from "./config.ts";
import { KAFKA_FIELDS, type KafkaSettings } from "./kafka-fields.ts";
import { LOG_ADDRESS_FORMS, logAddress, type LogAddress } from "./log-address.ts";

/** Where the log is, and how to get at it. */
export interface LogConfig extends KafkaSettings {
  readonly log: LogAddress;
  /** An external registry of schemas; undefined where Titan's own ids are written. */
  readonly schemaRegistry: RegistryAddress | "own";
}

const log: ConfigField<LogAddress> = {
  key: "TITAN_LOG",
  expected: LOG_ADDRESS_FORMS,
  parse: logAddress,
};
const schemaRegistry: ConfigField<LogConfig["schemaRegistry"]> = {
  key: "TITAN_SCHEMA_REGISTRY",
  expected: REGISTRY_ADDRESS_FORM,
  fallback: "own",
  parse: registryAddress,
};

export const LOG_FIELDS = { log, schemaRegistry, ...KAFKA_FIELDS } as const;

/** The log alone, for whoever is no service. Throws `ConfigError`. */
export function readLogConfig(
  environment: Readonly<Record<string, string | undefined>>,
): LogConfig {
  return readConfig<LogConfig>(environment, LOG_FIELDS);
}
