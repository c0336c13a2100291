import { DEFAULT_WORKSPACE, isName } from "@titan/domain";
import {
  ConfigError,
  oneOfField,
  readConfig,
  type ConfigField,
} from "@titan/processor-runtime/service";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

export interface HostAgentConfig {
  readonly host: string;
  readonly workspace: string;
  readonly folder: string;
  readonly stateFolder: string;
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

const server: ConfigField<string> = {
  key: "TITAN_SERVER",
  expected: "an http or https address without a password, such as https://titan.example.com",
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
    return isWeb && url.username === "" && url.password === "" ? text : undefined;
  },
};
const token: ConfigField<string> = {
  key: "TITAN_TOKEN",
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
  const config = readConfig<HostAgentConfig>(environment, {
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
  });
  if (`${config.stateFolder}/`.startsWith(`${config.folder}/`)) {
    throw new ConfigError([
      "TITAN_STATE is wrong: expected a folder outside TITAN_DIR, which holds deployments only",
    ]);
  }
  return config;
}
