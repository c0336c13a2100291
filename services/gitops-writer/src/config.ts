import {
  readConfig,
  SERVICE_FIELDS,
  type ConfigField,
  type ServiceConfig,
  textField,
} from "@titan/processor-runtime/service";

export interface GitopsWriterConfig extends ServiceConfig {
  readonly location: string;
  readonly branch: string;
  readonly stateFolder: string;
}

const branch: ConfigField<string> = {
  key: "TITAN_GIT_BRANCH",
  expected: "the name of a branch",
  fallback: "main",
  parse: (text) => (/^[\w][\w./-]*$/.test(text) ? text : undefined),
};
const stateFolder: ConfigField<string> = {
  key: "TITAN_STATE",
  expected: "an absolute path of a folder that may be deleted at any time",
  parse: (text) => (text.startsWith("/") ? text : undefined),
};

export function readGitopsWriterConfig(
  environment: Readonly<Record<string, string | undefined>>,
): GitopsWriterConfig {
  return readConfig<GitopsWriterConfig>(environment, {
    ...SERVICE_FIELDS,
    location: textField("TITAN_GIT", "a folder, an ssh, https or file URL, or user@host:path"),
    branch,
    stateFolder,
  });
}
