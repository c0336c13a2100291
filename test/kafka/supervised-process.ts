import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const RESTART_MS = 100;
/** Of what a process printed so much is told when it ended by itself. */
const OUTPUT_SHOWN = 4_000;
const OUTPUT_KEPT = 1_000_000;

export interface SupervisedOptions {
  readonly name: string;
  /** Arguments of Node: the file first. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** An end that nobody asked for. */
export interface OwnEnd {
  readonly name: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Processes that run; they end with this one, however it ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  asked: boolean;
  output: string;
}

/**
 * A process that is started again whenever it ended, as compose does it, until it is stopped.
 * Whoever has it must `dispose` of it.
 */
export class SupervisedProcess implements AsyncDisposable {
  readonly name: string;
  /** Ends that were neither a kill of the test nor a stop. */
  readonly ownEnds: OwnEnd[] = [];
  readonly #options: SupervisedOptions;
  #life: Life | undefined;
  #stopped = true;
  #isPaused = false;
  #next: Promise<void> = Promise.resolve();

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** What the process that runs now has printed. */
  get output(): string {
    return this.#life?.output ?? "";
  }

  /** Whether it stands still because of `pause`. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  start(): void {
    if (!this.#stopped) throw new Error(`${this.name} runs already`);
    this.#stopped = false;
    this.#begin();
  }

  #begin(): void {
    const { name, args, environment, folder } = this.#options;
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const { promise, resolve } = Promise.withResolvers<void>();
    const life: Life = { child, ended: promise, asked: false, output: "" };
    const take = (text: string): void => {
      life.output = (life.output + text).slice(-OUTPUT_KEPT);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", (error) => take(String(error)));
    child.once("close", (status, signal) => {
      running.delete(child);
      this.#life = undefined;
      const output = life.output.slice(-OUTPUT_SHOWN);
      if (!life.asked && !this.#stopped) this.ownEnds.push({ name, status, signal, output });
      resolve();
      this.#next = this.#beginAgain();
    });
    this.#life = life;
  }

  async #beginAgain(): Promise<void> {
    await sleep(RESTART_MS);
    if (!this.#stopped) this.#begin();
  }

  /** `kill -9`; resolves when it is gone. It is started again. */
  async kill(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    life.asked = true;
    life.child.kill("SIGKILL");
    await life.ended;
  }

  /** It stands still, wherever it is, until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#life?.child.kill("SIGSTOP");
  }

  resume(): void {
    this.#isPaused = false;
    this.#life?.child.kill("SIGCONT");
  }

  /** Asks it to end, and resolves when it has. It stays down until `start`. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#stopped = true;
    await this.#next;
    const life = this.#life;
    if (life === undefined) return;
    life.child.kill("SIGCONT");
    life.child.kill(signal);
    await life.ended;
    await this.#next;
  }
}
