import type { ContextFileContent } from "./context-file.ts";
import { usageError } from "./command-error.ts";

export const OUTPUT_FORMATS = ["table", "wide", "json", "yaml", "jsonl", "name"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const DEFAULT_SERVER = "http://127.0.0.1:7070";

/** What every command knows: each from its flag, else the environment, else the context file. */
export interface Settings {
  /** Without a slash at its end. */
  readonly server: string;
  readonly token: string | undefined;
  readonly workspace: string;
  readonly output: OutputFormat;
}

/** The flags that every command takes. */
export interface CommonOptions {
  readonly workspace?: string;
  readonly output?: string;
  readonly server?: string;
  readonly token?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(
  flags: CommonOptions,
  environment: Environment,
  file: ContextFileContent,
): Settings {
  const given = (name: string): string | undefined => environment[name] || undefined;
  const server = serverAddress(
    flags.server ?? given("TITAN_SERVER") ?? file.server ?? DEFAULT_SERVER,
  );
  return {
    server,
    // A token is shown only to the server that it was stored for.
    token:
      flags.token ??
      given("TITAN_TOKEN") ??
      (file.server !== undefined && serverAddress(file.server) === server ? file.token : undefined),
    workspace: flags.workspace ?? given("TITAN_WORKSPACE") ?? file.workspace ?? "default",
    output: outputFormat(flags.output ?? given("TITAN_OUTPUT") ?? file.output ?? "table"),
  };
}

function serverAddress(text: string): string {
  let url: URL;
  try {
    url = new URL(text.includes("://") ? text : `http://${text}`);
  } catch {
    throw usageError(`"${text}" is not the address of a server`, `for example ${DEFAULT_SERVER}`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw usageError(`a server's address begins with http:// or https://, not ${url.protocol}`);
  }
  return url.href.replace(/\/+$/, "");
}

function outputFormat(text: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((each) => each === text);
  if (format !== undefined) return format;
  throw usageError(`there is no output "${text}"`, `one of: ${OUTPUT_FORMATS.join(", ")}`);
}
