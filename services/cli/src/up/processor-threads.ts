import module from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import type { EmbeddedLog } from "@titan/event-log";
import type { NamedStatus, Processing } from "./processors.ts";
import type { FromThread, ThreadData, ToThread } from "./thread-data.ts";

export interface ThreadOptions extends Omit<ThreadData, "log" | "processing"> {
  readonly log: EmbeddedLog;
  /** What each thread does. */
  readonly threads: readonly (readonly Processing[])[];
  readonly onStatus: (status: NamedStatus) => void;
  /** A thread has failed: the process is to end. */
  readonly onBug: (error: unknown) => void;
}

/**
 * Processing in threads beside the one of the log: where several do the same they divide it as
 * processes do on Kafka. They load their code at once, and work when they are told to.
 */
export class ProcessorThreads {
  readonly #threads: readonly ProcessorThread[];

  constructor({ threads, ...options }: ThreadOptions) {
    this.#threads = threads.map((processing) => new ProcessorThread(processing, options));
  }

  /** All together, so that the work is divided once. Rejects when a thread could not load. */
  async begin(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.loaded));
    for (const thread of this.#threads) thread.tell("begin");
  }

  /** Each gives back its share of the work and ends. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** Of each thread's heap, for what lives shortly: more made nothing faster, and each has its own. */
const YOUNG_MIB = 32;

/** What was compiled for this thread is not compiled again. */
function environment(): NodeJS.ProcessEnv {
  const folder = module.getCompileCacheDir();
  return folder === undefined
    ? process.env
    : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}

class ProcessorThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly loaded: Promise<void>;

  constructor(
    processing: readonly Processing[],
    { log: owner, onStatus, onBug, ...more }: Omit<ThreadOptions, "threads">,
  ) {
    const log = owner.forThread();
    const workerData: ThreadData = { log, processing, ...more };
    this.#worker = new Worker(new URL("./processor-thread.ts", import.meta.url), {
      workerData,
      env: environment(),
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
      transferList: [log.port],
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.loaded = promise;
    // It may fail before anybody waits for it.
    promise.catch(() => {});
    this.#worker.on("message", (message: FromThread) => {
      if (message.kind === "loaded") resolve();
      else for (const status of message.changed) onStatus(status);
    });
    this.#worker.on("error", (error) => {
      reject(error);
      onBug(error);
    });
    this.#ended = new Promise((ended) => {
      this.#worker.once("exit", () => {
        reject(new Error("a thread ended before its code was loaded"));
        ended();
      });
    });
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  async close(): Promise<void> {
    this.tell("end");
    await this.#ended;
  }
}
