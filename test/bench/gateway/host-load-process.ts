import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Flow } from "./change-load.ts";

export interface HostLoadConfig {
  readonly server: string;
  readonly token: string;
  readonly groups: number;
  readonly flow: Flow;
}

export interface HostLoadDone {
  /** Host changes that were acknowledged, for each second of the load. */
  readonly perSecond: number;
}

const ENTRY = fileURLToPath(new URL("./host-load.ts", import.meta.url));

/** Hosts that change at a steady rate, from a process of its own. */
export class HostLoadProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #started = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<HostLoadDone>();
  readonly #ended: Promise<void>;

  constructor(config: HostLoadConfig) {
    this.#child = fork(ENTRY, [JSON.stringify(config)]);
    this.#child.on("message", (message: HostLoadDone | "flowing") => {
      if (message === "flowing") this.#started.resolve();
      else this.#done.resolve(message);
    });
    this.#started.promise.catch(() => {});
    this.#done.promise.catch(() => {});
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => {
        this.#started.reject(new Error("the load ended"));
        this.#done.reject(new Error("the load ended"));
        resolve();
      });
    });
  }

  /** The first change was acknowledged. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Resolves when what was asked for is acknowledged. */
  async stop(): Promise<HostLoadDone> {
    this.#child.send("stop");
    return this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
