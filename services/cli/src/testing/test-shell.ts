import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Shell } from "../command-context.ts";
import { runTitan } from "../run-titan.ts";

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines without a process. Time passes only when a command sleeps. */
export class TestShell {
  readonly folder = mkdtempSync(join(tmpdir(), "titan-cli-"));
  readonly environment: Record<string, string>;
  #now = 0;
  #keys = 0;

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.environment = { XDG_CONFIG_HOME: join(this.folder, "config"), ...environment };
  }

  async run(args: readonly string[], stdin = ""): Promise<Ran> {
    const text = { stdout: "", stderr: "" };
    const shell: Shell = {
      stdout: { write: (part) => (text.stdout += part) },
      stderr: { write: (part) => (text.stderr += part) },
      stdin: { isTerminal: false, readAll: async () => stdin },
      environment: this.environment,
      folder: this.folder,
      clock: {
        now: () => this.#now,
        sleep: async (milliseconds) => {
          this.#now += milliseconds;
        },
      },
      random: () => 0.5,
      newKey: () => `key-${(this.#keys += 1)}`,
      signal: new AbortController().signal,
    };
    const status = await runTitan(args, shell);
    return { status, ...text };
  }
}
