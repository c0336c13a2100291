import {
  entityTopicsMaxOf,
  integerField,
  LAYOUT_FIELDS,
  readConfig,
  secretField,
  SERVICE_FIELDS,
  viewsField,
  type ConfigField,
  type Layout,
  type LayoutConfig,
  type NamedVersion,
  type ServiceConfig,
} from "@titan/processor-runtime/service";
import { adminTokenName } from "./admin-token.ts";

const PORT_MAX = 65_535;

export interface ApiConfig extends ServiceConfig {
  readonly listenHost: string;
  /** 0 takes any that is free. */
  readonly listenPort: number;
  readonly stateFolder: string;
  /** Shown to people; empty when nobody says. */
  readonly gitUrl: string;
  /** A token that opens everything; empty when there are others. */
  readonly adminToken: string;
  /** What the running processors have: no other version may be activated. */
  readonly views: readonly NamedVersion[];
  /** As the feed is told, for dry runs. */
  readonly entityTopicsMax: number;
  readonly layout: Layout;
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

const adminToken: ConfigField<string> = {
  ...secretField("TITAN_ADMIN_TOKEN", "titan_NAME_ and 32 random bytes as base64url"),
  parse: (text) => (adminTokenName(text) === undefined ? undefined : text),
};

export function readApiConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ApiConfig {
  const config = readConfig<ApiConfig & LayoutConfig>(environment, {
    ...SERVICE_FIELDS,
    ...LAYOUT_FIELDS,
    listenHost,
    listenPort: integerField("TITAN_API_PORT", { min: 0, max: PORT_MAX }, 7_070),
    stateFolder,
    gitUrl,
    adminToken,
    views: viewsField,
  });
  return { ...config, entityTopicsMax: entityTopicsMaxOf(config, config.log.kind) };
}
