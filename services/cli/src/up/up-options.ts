import { homedir } from "node:os";
import { join, resolve } from "node:path";
import {
  ConfigError,
  LAYOUT_FIELDS,
  readConfig,
  type LayoutConfig,
} from "@titan/processor-runtime/service";
import { usageError } from "../command-error.ts";
import type { Environment } from "../settings.ts";

/** The flags of `titan up`, as they were typed. */
export interface UpFlags {
  readonly data?: string;
  readonly port?: string;
  readonly git?: string;
  readonly kafka?: string;
  readonly demo?: boolean;
  readonly once?: boolean;
}

export interface UpOptions {
  /** Absolute. */
  readonly dataFolder: string;
  readonly port: number;
  /** A folder or a URL. */
  readonly git: string;
  readonly demo: boolean;
  readonly once: boolean;
  readonly layout: LayoutConfig;
  /** `host:port` of brokers; without it the log is in the data folder. */
  readonly kafka?: string;
}

const PORT_DEFAULT = 7070;
const PORT_MAX = 65_535;

/** All that is wrong is said at once. */
export function readUpOptions(flags: UpFlags, environment: Environment, folder: string): UpOptions {
  const wrong: string[] = [];
  const port = flags.port === undefined ? PORT_DEFAULT : Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    wrong.push(`--port ${flags.port} is no port: 0 (any that is free) to ${PORT_MAX}`);
  }
  if (flags.data === "") wrong.push("--data names no folder");
  if (flags.git === "") wrong.push("--git names no repository");
  if (wrong.length > 0) throw usageError(wrong.join("; "));
  const dataFolder = resolve(folder, flags.data ?? defaultDataFolder(environment));
  return {
    dataFolder,
    port,
    git: flags.git ?? join(dataFolder, "git"),
    demo: flags.demo === true || flags.once === true,
    once: flags.once === true,
    layout: readLayout(environment),
    ...(flags.kafka === undefined ? {} : { kafka: flags.kafka }),
  };
}

function readLayout(environment: Environment): LayoutConfig {
  try {
    return readConfig<LayoutConfig>(environment, LAYOUT_FIELDS);
  } catch (error) {
    if (error instanceof ConfigError) throw usageError(error.problems.join("; "));
    throw error;
  }
}

function defaultDataFolder(environment: Environment): string {
  const base =
    environment["XDG_DATA_HOME"] || join(environment["HOME"] || homedir(), ".local", "share");
  return join(base, "titan");
}
