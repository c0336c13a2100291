import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** `count` agents of the server at `port`; marks of the first `watched` hosts are told. */
export interface AgentsConfig {
  readonly port: number;
  readonly count: number;
  readonly watched: number;
}

export type AgentsCommand =
  /** All of them within a second. */
  | { readonly kind: "connect" }
  /** Answered when every stream is open and has its first mark. */
  | { readonly kind: "whenOpen" }
  | { readonly kind: "usage" }
  /** Answered when no stream is open. */
  | { readonly kind: "whenLost" }
  /** The last `count` of them read nothing any more. */
  | { readonly kind: "stick"; readonly count: number }
  /** Those go on. */
  | { readonly kind: "read" };

/** What the agents met with so far. */
export interface AgentsUsage {
  readonly kind: "usage";
  readonly open: number;
  /** Answers that said when to come back. */
  readonly refused: number;
  /** Streams that were open and broke off. */
  readonly lost: number;
  readonly marks: number;
  /** When the last stream had its first mark, by `sharedNow`. */
  readonly lastOpenAt: number;
}

/** A mark of one of the hosts that are looked at; by `sharedNow`. Host -1: the process is there. */
export interface AgentMark {
  readonly kind: "mark";
  readonly host: number;
  readonly revision: number;
  readonly atMs: number;
}

export type AgentsAnswer = AgentsUsage | AgentMark;

const ENTRY = fileURLToPath(new URL("./agents.ts", import.meta.url));

/** Milliseconds by a clock that all processes of the machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Many agents' streams in a process of their own. */
export class AgentsProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #answers: PromiseWithResolvers<AgentsUsage>[] = [];
  #onMark: (mark: AgentMark) => void = () => {};
  readonly #started = Promise.withResolvers<void>();

  private constructor(config: AgentsConfig) {
    this.#child = fork(ENTRY, [JSON.stringify(config)]);
    this.#child.on("message", (answer: AgentsAnswer) => this.#take(answer));
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => {
        this.#started.reject(new Error("the agents ended"));
        for (const { reject } of this.#answers) reject(new Error("the agents ended"));
        resolve();
      });
    });
  }

  static async start(config: AgentsConfig): Promise<AgentsProcess> {
    const started = new AgentsProcess(config);
    await started.#started.promise;
    return started;
  }

  ask(command: AgentsCommand): Promise<AgentsUsage> {
    const waiting = Promise.withResolvers<AgentsUsage>();
    this.#answers.push(waiting);
    this.#child.send(command);
    return waiting.promise;
  }

  /** Calls back with each mark of the hosts that are looked at. */
  watch(onMark: (mark: AgentMark) => void): void {
    this.#onMark = onMark;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #take(answer: AgentsAnswer): void {
    if (answer.kind === "usage") this.#answers.shift()?.resolve(answer);
    else if (answer.host < 0) this.#started.resolve();
    else this.#onMark(answer);
  }
}
