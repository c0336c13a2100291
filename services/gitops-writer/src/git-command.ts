import { spawn, type ChildProcessByStdio } from "node:child_process";
import { constants, setPriority } from "node:os";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GitError } from "./git-error.ts";
import type { GitAnswer, GitRun, GitRunner } from "./git-run.ts";
import { redactCredentials } from "./redact-credentials.ts";

export interface GitCommandOptions {
  /** Environment git runs with; make it with `gitEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly program?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 120_000;
/** After SIGTERM git removes its lock files; only what ignores it is killed. */
const KILL_AFTER_MS = 5_000;
const OUTPUT_BYTES_MAX = 512 * 1024 * 1024;
const STDERR_CHARS_MAX = 64 * 1024;

/** Beats what a repository's own configuration says. */
const SETTINGS: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "credential.helper=",
  "gc.auto=0",
  "maintenance.auto=false",
  "protocol.allow=never",
  "protocol.file.allow=always",
  "protocol.ssh.allow=always",
  "protocol.https.allow=always",
  // A ref is synced by default and loose objects are not: after a power cut it could name nothing.
  "core.fsync=committed",
  "core.fsyncMethod=batch",
];

/** Git as a child of this process. */
export class GitCommand implements GitRunner {
  readonly #options: GitCommandOptions;

  constructor(options: GitCommandOptions) {
    this.#options = options;
  }

  async run(run: GitRun): Promise<GitAnswer> {
    const child = this.#start(run);
    if (run.isBackground === true) giveWay(child);
    const output = collect(child.stdout);
    let stderr = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARS_MAX);
    });
    const exited = exitOf(child);
    const timeoutMs = run.timeoutMs ?? this.#options.timeoutMs ?? TIMEOUT_MS;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop(child);
    }, timeoutMs);
    try {
      // All are waited for, so that nobody's rejection is left without a listener.
      const [fed, collected, exit] = await Promise.allSettled([
        feed(child, run.input ?? []),
        output.catch((error: unknown) => {
          stop(child);
          throw error;
        }),
        exited,
      ]);
      if (exit.status === "rejected") throw exit.reason;
      const command = run.args[0] ?? "git";
      if (timedOut) throw new GitError("timed-out", `git ${command} took over ${timeoutMs} ms.`);
      if (fed.status === "rejected") throw fed.reason;
      if (collected.status === "rejected") throw collected.reason;
      if (exit.value !== 0 && !(run.answers ?? []).includes(exit.value)) {
        throw GitError.fromGit(command, exit.value, stderr);
      }
      return {
        exit: exit.value,
        stdout: collected.value,
        stderr: redactCredentials(stderr),
      };
    } finally {
      clearTimeout(timer);
    }
  }

  #start(run: GitRun): GitProcess {
    const secrets = Object.entries(run.secrets ?? {});
    return spawn(
      this.#options.program ?? "git",
      [
        ...SETTINGS.flatMap((setting) => ["-c", setting]),
        ...(run.gitDir === undefined ? [] : [`--git-dir=${run.gitDir}`]),
        ...run.args,
      ],
      {
        cwd: "/",
        shell: false,
        stdio: ["pipe", "pipe", "pipe"],
        // A session of its own: no terminal to prompt on, and helpers can be stopped with it.
        detached: true,
        env: {
          ...this.#options.environment,
          GIT_CONFIG_COUNT: String(secrets.length),
          ...Object.fromEntries(
            secrets.flatMap(([key, value], index) => [
              [`GIT_CONFIG_KEY_${index}`, key],
              [`GIT_CONFIG_VALUE_${index}`, value],
            ]),
          ),
        },
      },
    );
  }
}

/** Packing a repository takes every core, beside a feed that people wait for. */
function giveWay({ pid }: GitProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended, or the system does not let us: then it runs as everything else does.
  }
}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

function exitOf(child: GitProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      const message = missing ? "git is not installed." : `git can not run (${error.code ?? "?"}).`;
      reject(new GitError(missing ? "git-missing" : "failed", message, error));
    });
    // A process that was ended by a signal gave no answer.
    child.once("close", (code) => resolve(code ?? -1));
  });
}

async function feed(child: GitProcess, input: NonNullable<GitRun["input"]>): Promise<void> {
  try {
    await pipeline(Readable.from(input, { objectMode: false }), child.stdin);
  } catch (error) {
    // Git that closes its input early says why with its exit code.
    if (isBrokenPipe(error)) return;
    stop(child);
    throw error;
  }
}

function isBrokenPipe(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ECONNRESET";
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES_MAX) {
      throw new GitError("output-too-large", `git answered with over ${OUTPUT_BYTES_MAX} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function stop(child: GitProcess): void {
  signal(child, "SIGTERM");
  const timer = setTimeout(() => signal(child, "SIGKILL"), KILL_AFTER_MS);
  child.once("close", () => clearTimeout(timer));
}

function signal(child: GitProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It ended in between.
  }
}
