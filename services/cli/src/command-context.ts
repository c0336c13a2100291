import { ApiClient } from "./api-client.ts";
import type { CommandClock } from "./command-clock.ts";
import { ContextFile } from "./context-file.ts";
import { createOutput, type Output, type TextSink } from "./output/output.ts";
import { readSettings, type CommonOptions, type Environment, type Settings } from "./settings.ts";
import { WriteMemory } from "./write-memory.ts";

/** Standard input. */
export interface Input {
  readonly isTerminal: boolean;
  /** Everything up to its end; throws when there is more than `bytesMax`. */
  readAll(bytesMax: number): Promise<string>;
}

/** What the process around the commands gives them; tests give their own. */
export interface Shell {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: Input;
  readonly environment: Environment;
  /** Paths that people give are relative to it. */
  readonly folder: string;
  readonly clock: CommandClock;
  readonly random: () => number;
  readonly newKey: () => string;
  /** Aborted when the person interrupts the command. */
  readonly signal: AbortSignal;
}

/** Everything that a command may use. */
export interface CommandContext {
  readonly shell: Shell;
  readonly settings: Settings;
  readonly output: Output;
  readonly clock: CommandClock;
  readonly signal: AbortSignal;
  readonly contextFile: ContextFile;
  /** The client of the server in the settings. */
  readonly api: ApiClient;
  /** A client of another server, or with another token. */
  apiOf(server: string, token: string | undefined): ApiClient;
}

export function createContext(flags: CommonOptions, shell: Shell): CommandContext {
  const { environment, clock, random, newKey, signal } = shell;
  const contextFile = ContextFile.in(environment);
  const settings = readSettings(flags, environment, contextFile.read());
  const noColour = (environment["NO_COLOR"] ?? "") !== "";
  const output = createOutput(shell.stdout, shell.stderr, noColour);
  const apiOf = (server: string, token: string | undefined): ApiClient => {
    const memory = new WriteMemory(contextFile, server, (problem) => {
      output.message(`warning: ${problem}`);
    });
    return new ApiClient({ server, token, clock, random, newKey, signal, memory });
  };
  const api = apiOf(settings.server, settings.token);
  return { shell, settings, output, clock, signal, contextFile, api, apiOf };
}
