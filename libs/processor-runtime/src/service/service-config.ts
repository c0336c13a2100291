import { integerField, oneOfField, textField, type ConfigField } from "./config.ts";
import { LOG_FIELDS, type LogConfig } from "./log-config.ts";

const PORT_MAX = 65_535;
const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** What every service is told. */
export interface ServiceConfig extends LogConfig {
  readonly logLevel: (typeof LEVELS)[number];
  readonly healthHost: string;
  /** 0 takes any that is free. */
  readonly healthPort: number;
  /** A folder, of services whose view can be kept; nothing is kept when it is empty. */
  readonly snapshots?: string;
}

const healthHost: ConfigField<string> = {
  key: "TITAN_HEALTH_HOST",
  expected: "a host name or an address",
  fallback: "127.0.0.1",
  parse: (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
};

/** Of services whose view can be kept. */
export const snapshots: ConfigField<string> = {
  ...textField("TITAN_SNAPSHOTS", "a folder that this process may write to"),
  fallback: "",
};

export const SERVICE_FIELDS = {
  ...LOG_FIELDS,
  logLevel: oneOfField("TITAN_LOG_LEVEL", LEVELS, "info"),
  healthHost,
  healthPort: integerField("TITAN_HEALTH_PORT", { min: 0, max: PORT_MAX }, 8_081),
} as const;
