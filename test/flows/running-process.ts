import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const TITAN = fileURLToPath(new URL("../../services/cli/bin/titan.js", import.meta.url));

export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the real command line, with everything it prints. */
export class RunningProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<ProcessEnd>;
  /** Known once it ended. */
  end: ProcessEnd | undefined;
  stdout = "";
  stderr = "";

  constructor(
    args: readonly string[],
    options: {
      readonly environment: Readonly<Record<string, string>>;
      readonly folder: string;
      readonly input?: string;
      readonly nodeFlags?: readonly string[];
    },
  ) {
    const { environment, folder, input, nodeFlags = [] } = options;
    this.#child = spawn(process.execPath, [...nodeFlags, TITAN, ...args], {
      cwd: folder,
      env: environment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    // A process that ends before it read its input is no mistake of the test.
    this.#child.stdin?.on("error", () => {});
    this.#child.stdin?.end(input ?? "");
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (status, signal) => {
        this.end = { status, signal };
        resolve(this.end);
      });
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("the process was not started");
    return pid;
  }

  /** Ends it the hard way; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Asks it to end. */
  async terminate(): Promise<ProcessEnd> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}
