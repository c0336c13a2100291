import { spawn, type ChildProcess } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { residentMiB } from "../process-memory.ts";

export type Part = "feed" | View | "forwarder" | "git";
type View = "target-delta" | "replica-assignment" | "deployment-fanout" | "template-render";

/** All that write to the log. */
export const LOG_PARTS: readonly Part[] = [
  "feed",
  "target-delta",
  "replica-assignment",
  "deployment-fanout",
  "template-render",
  "forwarder",
];

/** How many tasks these parts have together, with so many partitions for hosts and deployments each. */
export function tasksOf(parts: readonly Part[], partitions: number): number {
  return parts.reduce((sum, part) => sum + TASKS[part](partitions), 0);
}

const TASKS: Readonly<Record<Part, (partitions: number) => number>> = {
  feed: () => 0,
  "target-delta": (partitions) => partitions,
  "replica-assignment": () => 1,
  "deployment-fanout": (partitions) => partitions,
  "template-render": (partitions) => partitions,
  forwarder: (partitions) => 2 * partitions,
  git: () => 1,
};

/** What a process of processors is told. */
export interface ProcessorsConfig {
  readonly brokers: string;
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
  readonly parts: readonly Part[];
  readonly sessionTimeoutMs?: number;
  /** Of the Git writer. */
  readonly gitFolder?: string;
}

/** What a process used since it began. */
export interface Usage {
  /** Of all its threads, and of the commands that it ran. */
  readonly cpuMs: number;
  /** By their name in Kafka's protocol. */
  readonly requests: Readonly<Record<string, number>>;
  /** That it appended, marks and frontiers among them. */
  readonly records: number;
  /** What lives in memory, when that was asked for. */
  readonly liveMiB?: number;
  /** The tasks of its views that are at a revision. */
  readonly tasks: readonly TaskUsage[];
}

interface TaskUsage {
  readonly name: string;
  readonly revision: number;
  /** From when it began to read until its output was right and marked. */
  readonly startMs: number;
}

/** The line that asks for what lives in memory, too. */
export const MEMORY_QUESTION = "memory";

const ENTRY = fileURLToPath(new URL("./processors.ts", import.meta.url));
const POLL_MS = 25;
const CATCH_UP_MAX_MS = 300_000;

/** Processors in a process of their own, so that what they use can be told from what loads them. */
export class ProcessorsProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<void>;
  readonly #waiting: PromiseWithResolvers<Usage>[] = [];
  readonly #first: Promise<Usage>;

  private constructor(config: ProcessorsConfig, nodeFlags: readonly string[]) {
    this.#child = spawn(process.execPath, [...nodeFlags, ENTRY, JSON.stringify(config)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#first = this.#expect();
    if (this.#child.stdout === null) throw new Error("the processors have no output");
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#lines.on("line", (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as Usage));
    this.#child.stdin?.on("error", () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => {
        for (const { reject } of this.#waiting) reject(new Error("the processors ended"));
        resolve();
      });
    });
  }

  /** Resolves when the installation is there and the process takes its share of the work. */
  static async start(
    config: ProcessorsConfig,
    nodeFlags: readonly string[] = [],
  ): Promise<ProcessorsProcess> {
    const started = new ProcessorsProcess(config, nodeFlags);
    await started.#first;
    return started;
  }

  usage(question = ""): Promise<Usage> {
    const answer = this.#expect();
    this.#child.stdin?.write(`${question}\n`);
    return answer;
  }

  /** After a collection: what lives, which wants `--expose-gc`, and what is resident, if the system tells. */
  async memory(): Promise<{ readonly liveMiB: number; readonly residentMiB: number }> {
    const { liveMiB = 0 } = await this.usage(MEMORY_QUESTION);
    return { liveMiB, residentMiB: residentMiB(this.#child.pid ?? 0)?.now ?? 0 };
  }

  /** Resolves when at least `tasks` tasks run here and none is below `revision`. */
  async caughtUp(revision: number, tasks: number): Promise<Usage> {
    const deadline = Date.now() + CATCH_UP_MAX_MS;
    for (;;) {
      const usage = await this.usage();
      const behind = usage.tasks.filter((task) => task.revision < revision);
      if (usage.tasks.length >= tasks && behind.length === 0) return usage;
      if (Date.now() > deadline) {
        throw new Error(`not caught up: ${behind.map(({ name }) => name).join(", ")}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Ends it the hard way; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #expect(): Promise<Usage> {
    const waiting = Promise.withResolvers<Usage>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }
}
