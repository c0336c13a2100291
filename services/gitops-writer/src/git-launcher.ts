import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { GitError } from "./git-error.ts";
import type { LauncherOrder, LauncherReply } from "./git-launcher-messages.ts";
import type { GitAnswer, GitRun, GitRunner } from "./git-run.ts";

interface Running {
  readonly input: AsyncIterator<Uint8Array> | Iterator<Uint8Array> | undefined;
  /** Why the input could not be had, once that is so. */
  inputError: unknown;
  readonly answer: PromiseWithResolvers<GitAnswer>;
}

const ENTRY = fileURLToPath(new URL("./git-launcher-process.ts", import.meta.url));

/**
 * Git as a child of a small process that is kept for it. Starting a process copies the page tables
 * of the one that starts it, which stops everything in a process of some GiB for 10 to 40 ms, and
 * a commit starts two; the small one takes 2 ms.
 *
 * Promises what `GitCommand` promises, by way of one. The process is started by the first run and
 * lasts as long as this one, without keeping it alive while nothing runs; it leaves when this one
 * is gone, however that ended. Should it die, what ran rejects with a `GitError` to be tried again
 * (git itself ends when its input breaks off), and the next run starts another.
 */
export class GitLauncher implements GitRunner {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #running = new Map<number, Running>();
  #process: ChildProcess | undefined;
  #lastId = 0;

  /** The environment git runs with; make it with `gitEnvironment`. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Of the process that starts git; undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async run({ input, ...run }: GitRun): Promise<GitAnswer> {
    this.#process ??= this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    const running: Running = {
      input: input === undefined ? undefined : iteratorOf(input),
      inputError: undefined,
      answer: Promise.withResolvers(),
    };
    this.#running.set(id, running);
    if (this.#running.size === 1) keepAlive(this.#process, true);
    this.#tell({ kind: "run", id, run, hasInput: input !== undefined });
    try {
      return await running.answer.promise;
    } finally {
      this.#running.delete(id);
      if (this.#running.size === 0 && this.#process !== undefined) keepAlive(this.#process, false);
      // Git may have ended before it read all of it.
      await running.input?.return?.();
    }
  }

  #start(): ChildProcess {
    let started: ChildProcess;
    try {
      started = fork(ENTRY, {
        cwd: "/",
        // A session of its own: what a terminal sends to this process is this process's to answer.
        detached: true,
        env: this.#environment,
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
    } catch (error) {
      throw new GitError("failed", "The process that starts git can not be started.", error);
    }
    started.on("message", (reply: LauncherReply) => this.#take(reply));
    started.once("error", (error) => this.#lost(started, error));
    // Not at its exit: the last answers may not have been read by then.
    started.once("disconnect", () => this.#lost(started));
    return started;
  }

  #take(reply: LauncherReply): void {
    const running = this.#running.get(reply.id);
    if (running === undefined) return;
    switch (reply.kind) {
      case "more":
        void this.#feed(reply.id, running);
        break;
      case "answered":
        running.answer.resolve(reply.answer);
        break;
      case "failed":
        running.answer.reject(new GitError(reply.code, reply.message));
        break;
      case "broken":
        running.answer.reject(running.inputError ?? reply.error);
        break;
    }
  }

  async #feed(id: number, running: Running): Promise<void> {
    try {
      const next = await running.input?.next();
      if (next === undefined || next.done === true) this.#tell({ kind: "input-ended", id });
      else this.#tell({ kind: "input", id, bytes: next.value });
    } catch (error) {
      running.inputError = error;
      this.#tell({ kind: "input-failed", id });
    }
  }

  #tell(order: LauncherOrder): void {
    // What could not be sent is answered when the loss of the process shows.
    if (this.#process?.connected === true) this.#process.send(order, () => {});
  }

  #lost(process: ChildProcess, cause?: Error): void {
    if (this.#process !== process) return;
    this.#process = undefined;
    const error = new GitError("failed", "The process that starts git is gone.", cause);
    for (const { answer } of this.#running.values()) answer.reject(error);
  }
}

function iteratorOf(
  input: NonNullable<GitRun["input"]>,
): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
  return Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]();
}

/** Whether this process waits for the other. */
function keepAlive(process: ChildProcess, does: boolean): void {
  if (does) {
    process.ref();
    process.channel?.ref();
  } else {
    process.unref();
    process.channel?.unref();
  }
}
