/** One command of native git. */
export interface GitRun {
  /** The repository itself, absolute. Without it the command has none; git never searches for one. */
  readonly gitDir?: string;
  readonly args: readonly string[];
  readonly input?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Settings that must not be seen among the arguments, such as an Authorization header. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Exit codes beside 0 that are an answer and no error. */
  readonly answers?: readonly number[];
  readonly timeoutMs?: number;
  /** It gets what others leave of the processor: nobody waits for it. */
  readonly isBackground?: true;
}

export interface GitAnswer {
  readonly exit: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs native git. Promises: no shell; no hook, helper, system or user configuration, background
 * job or prompt; only the file, ssh and https transports; a time limit; a failure is a `GitError`
 * without credentials. Left to others: which arguments are safe (`parseLocation`, `checkBranch`).
 */
export interface GitRunner {
  run(run: GitRun): Promise<GitAnswer>;
}
