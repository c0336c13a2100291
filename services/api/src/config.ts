import {
  integerField,
  readConfig,
  SERVICE_FIELDS,
  type ConfigField,
  type ServiceConfig,
} from "@titan/processor-runtime/service";

const PORT_MAX = 65_535;

export interface ApiConfig extends ServiceConfig {
  readonly listenHost: string;
  /** 0 takes any that is free. */
  readonly listenPort: number;
  readonly stateFolder: string;
  /** Shown to people; empty when nobody says. */
  readonly gitUrl: string;
}

const listenHost: ConfigField<string> = {
  key: "TITAN_API_HOST",
  expected: "a host name or an address to listen at",
  fallback: "127.0.0.1",
  parse: (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
};
const stateFolder: ConfigField<string> = {
  key: "TITAN_STATE",
  expected: "an absolute path of a folder that may be deleted at any time",
  parse: (text) => (text.startsWith("/") ? text : undefined),
};
const gitUrl: ConfigField<string> = {
  key: "TITAN_GIT",
  expected: "where the Git writer commits, without a password",
  fallback: "",
  parse: (text) => (/:\/\/[^/@]*:[^/@]*@/.test(text) ? undefined : text),
};

export function readApiConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ApiConfig {
  return readConfig<ApiConfig>(environment, {
    ...SERVICE_FIELDS,
    listenHost,
    listenPort: integerField("TITAN_API_PORT", { min: 0, max: PORT_MAX }, 7_070),
    stateFolder,
    gitUrl,
  });
}
