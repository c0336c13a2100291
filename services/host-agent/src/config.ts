import { DEFAULT_WORKSPACE, isName } from "@titan/domain";
import {
  ConfigError,
  LOG_FIELDS,
  oneOfField,
  readConfig,
  readLogConfig,
  type ConfigField,
  type LogAddress,
  type LogConfig,
} from "@titan/processor-runtime/service";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

type AgentFields = Omit<HostAgentConfig, "log"> & { readonly source: LogAddress | "none" };

export interface HostAgentConfig {
  readonly host: string;
  readonly workspace: string;
  readonly folder: string;
  readonly stateFolder: string;
  /** Where the host's own topics are; without it they are read through the server. */
  readonly log: LogConfig | "none";
  readonly server: string;
  readonly token: string;
  /** Another installation that an operator says is to be followed; empty for none. */
  readonly acceptedInstallation: string;
  readonly logLevel: (typeof LEVELS)[number];
}

type Key = ConfigField<string>["key"];

function nameField(key: Key, expected: string): ConfigField<string> {
  return { key, expected, parse: (text) => (isName(text) ? text : undefined) };
}

function folderField(key: Key, expected: string): ConfigField<string> {
  return { key, expected, parse: (text) => (/^\/[^/]/.test(text) ? text : undefined) };
}

const log: ConfigField<LogAddress | "none"> = {
  ...LOG_FIELDS.log,
  fallback: "none",
  needs: (address) => (address === "none" ? ["TITAN_SERVER", "TITAN_TOKEN"] : []),
};
const server: ConfigField<string> = {
  key: "TITAN_SERVER",
  fallback: "",
  expected: "an http or https address without a password, such as https://titan.example.com",
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
    return isWeb && url.username === "" && url.password === "" ? text : undefined;
  },
};
const token: ConfigField<string> = {
  key: "TITAN_TOKEN",
  fallback: "",
  expected: "the token that `titan create token --host` showed",
  parse: (text) => (/^\S+$/.test(text) ? text : undefined),
};
const acceptedInstallation: ConfigField<string> = {
  key: "TITAN_ACCEPT_INSTALLATION",
  expected: "the id of an installation",
  fallback: "",
  parse: (text) => (/^[\w-]{1,64}$/.test(text) ? text : undefined),
};

/** Throws `ConfigError` with everything that is wrong. */
export function readHostAgentConfig(
  environment: Readonly<Record<string, string | undefined>>,
): HostAgentConfig {
  const config = readConfig<AgentFields>(environment, {
    host: nameField("TITAN_HOST", "the name of this host"),
    workspace: {
      ...nameField("TITAN_WORKSPACE", "the name of a workspace"),
      fallback: DEFAULT_WORKSPACE,
    },
    folder: folderField("TITAN_DIR", "an absolute path of the folder for what this host runs"),
    stateFolder: folderField("TITAN_STATE", "an absolute path of the folder for the agent's state"),
    server,
    token,
    acceptedInstallation,
    logLevel: oneOfField("TITAN_LOG_LEVEL", LEVELS, "info"),
    source: log,
  });
  if (`${config.stateFolder}/`.startsWith(`${config.folder}/`)) {
    throw new ConfigError([
      "TITAN_STATE is wrong: expected a folder outside TITAN_DIR, which holds deployments only",
    ]);
  }
  const { source, ...own } = config;
  return { ...own, log: source === "none" ? "none" : readLogConfig(environment) };
}
