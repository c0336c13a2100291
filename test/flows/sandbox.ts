import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RunningProcess } from "./running-process.ts";
import { whenReady, type TitanProcess } from "./titan-process.ts";

export interface CommandEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

interface UpOptions {
  readonly git?: string;
  /** Another folder than `data`. */
  readonly data?: string;
  readonly more?: readonly string[];
  readonly nodeFlags?: readonly string[];
}

/**
 * A machine for one test: a folder of its own, settings of its own, real processes. Whatever still
 * runs is killed and the folder is removed when it goes out of scope.
 */
export class Sandbox implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "titan-flow-"));
  readonly #processes = new Set<RunningProcess>();

  path(...steps: readonly string[]): string {
    return join(this.folder, ...steps);
  }

  /** Writes files below `folder`; paths are relative to the sandbox. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), content);
    }
  }

  start(
    args: readonly string[],
    options: RunOptions & Pick<UpOptions, "nodeFlags"> = {},
  ): RunningProcess {
    const { input, nodeFlags } = options;
    const process = new RunningProcess(args, {
      environment: { ...this.environment, ...options.environment },
      folder: this.folder,
      ...(input === undefined ? {} : { input }),
      ...(nodeFlags === undefined ? {} : { nodeFlags }),
    });
    this.#processes.add(process);
    void process.ended.finally(() => this.#processes.delete(process));
    return process;
  }

  /** Settings come from the context file that `titan up` wrote, as for a person. */
  get environment(): Readonly<Record<string, string>> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.folder,
      XDG_CONFIG_HOME: this.path("config"),
      NO_COLOR: "1",
    };
  }

  /** `titan up` on the sandbox's data, when it is ready. */
  async up({ git, data = "data", more = [], nodeFlags }: UpOptions = {}): Promise<TitanProcess> {
    const where = [
      "--data",
      this.path(data),
      "--port",
      "0",
      ...(git === undefined ? [] : ["--git", git]),
    ];
    const flags = nodeFlags === undefined ? {} : { nodeFlags };
    return whenReady(this.start(["up", "-o", "json", ...where, ...more], flags));
  }

  /** Runs a command to its end. A text is split at blanks, as it would be typed. */
  async run(command: string | readonly string[], options: RunOptions = {}): Promise<CommandEnd> {
    const args = typeof command === "string" ? command.split(" ") : command;
    const process = this.start(args, options);
    const { status } = await process.ended;
    return { status, stdout: process.stdout, stderr: process.stderr };
  }

  /** Runs a command that must succeed, and answers what it printed. */
  async titan(command: string | readonly string[], options: RunOptions = {}): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, options);
    if (status === 0) return stdout;
    throw new Error(`titan ${String(command)} ended with ${status}\n${stdout}${stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.kill()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
