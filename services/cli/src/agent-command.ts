import { resolve } from "node:path";
import type { EventLog } from "@titan/event-log";
import {
  Agent,
  GatewayTransport,
  lockStateFolder,
  LogTransport,
  NodeDisk,
  type AgentEvent,
  type AgentState,
} from "@titan/host-agent";
import { systemClock } from "@titan/processor-runtime";
import type { CommandContext } from "./command-context.ts";
import { CommandError } from "./command-error.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { programVersion } from "./commands/version.ts";
import { openKafka } from "./open-kafka.ts";

interface Options {
  readonly host: string;
  readonly dir: string;
  readonly state?: string;
  readonly kafka?: string;
  readonly acceptInstallation?: string;
  readonly once?: boolean;
}

/** So long `--once` waits for streams to come to where they must be. */
const ONCE_MAX_MS = 60_000;

/** Keeps a folder of this host equal to what the feed says the host is to run. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { shell, settings, output, signal, contextFile } = context;
  const host = options.host.includes("/") ? options.host : `${settings.workspace}/${options.host}`;
  const folder = resolve(shell.folder, options.dir);
  const stateFolder = resolve(shell.folder, options.state ?? `${folder}.titan`);
  if (stateFolder === folder || stateFolder.startsWith(`${folder}/`)) {
    throw new CommandError("--state must not lie inside --dir: that folder holds deployments only");
  }
  const lock = lockStateFolder(stateFolder);
  if (lock === undefined) {
    throw new CommandError(
      `another agent works with ${stateFolder}`,
      "stop that one first, or give another --state folder",
    );
  }
  // What the server acknowledged is asked of the server; a log is read to the end that it has.
  const minRevision =
    options.kafka === undefined ? contextFile.acknowledged(settings.server)?.revision : undefined;
  const accepted = options.acceptInstallation;
  let log: EventLog | undefined;
  try {
    log =
      options.kafka === undefined
        ? undefined
        : await openKafka(options.kafka, "agent", context, options.once === true);
    const source = { host, clock: systemClock, random: shell.random };
    const agent = await Agent.open({
      host,
      disk: new NodeDisk(),
      folder,
      stateFolder,
      transport:
        log === undefined
          ? new GatewayTransport({
              ...source,
              server: settings.server,
              token: settings.token ?? "",
              ...(minRevision === undefined ? {} : { minRevision }),
            })
          : new LogTransport({ ...source, log }),
      clock: systemClock,
      version: programVersion(),
      onEvent: (event) => output.message(describe(event)),
      ...(accepted === undefined ? {} : { acceptedInstallation: accepted }),
    });
    signal.addEventListener("abort", () => agent.stop(), { once: true });
    const running = agent.run();
    const status = options.once === true ? await once(agent, minRevision ?? 0, context) : undefined;
    if (status !== undefined) agent.stop();
    await running;
    return status ?? EXIT_STATUS.done;
  } finally {
    await log?.close();
    lock.release();
  }
}

/** Waits until the host runs what its stream says now, and that was reported. */
async function once(agent: Agent, minRevision: number, context: CommandContext): Promise<number> {
  const { output, signal } = context;
  const deadline = Date.now() + ONCE_MAX_MS;
  const timer = setTimeout(() => agent.wake(), ONCE_MAX_MS);
  try {
    while (!signal.aborted) {
      await agent.turn();
      const { state } = agent;
      if (state === undefined) continue;
      if (isSettled(state, minRevision)) return conclude(state, context);
      const { problem } = state;
      const final = problem !== null && FINAL_PROBLEMS.includes(problem.code);
      if (final || Date.now() >= deadline) {
        for (const deployment of state.waiting) output.message(`waiting for ${deployment}`);
        output.message(`error: ${problem?.detail ?? "the host's stream did not come in time"}`);
        if (problem?.code === "not-signed-in" || problem?.code === "not-allowed") {
          return EXIT_STATUS.notAllowed;
        }
        return EXIT_STATUS.error;
      }
    }
    return EXIT_STATUS.interrupted;
  } finally {
    clearTimeout(timer);
  }
}

/** Waiting longer does not help. */
const FINAL_PROBLEMS: readonly string[] = [
  "not-signed-in",
  "not-allowed",
  "not-found",
  "unreachable",
  "foreign-installation",
  "misbehaved",
];

function isSettled(state: AgentState, minRevision: number): boolean {
  const { seen, waiting, reported, problem, failed } = state;
  if (problem !== null || seen === 0 || seen < minRevision || !reported) return false;
  return waiting.every((deployment) => failed.some((other) => other.deployment === deployment));
}

function conclude(state: AgentState, { output }: CommandContext): number {
  for (const { deployment, problem } of state.failed) {
    output.message(`error: ${deployment}: ${problem.detail} [${problem.code}]`);
  }
  const running = [...state.running].sort().join(", ");
  output.line(`at revision ${state.seen}, runs: ${running === "" ? "nothing" : running}`);
  return state.failed.length === 0 ? EXIT_STATUS.done : EXIT_STATUS.error;
}

function describe(event: AgentEvent): string {
  switch (event.kind) {
    case "broken":
      return `${event.stream}: ${event.problem.detail} [${event.problem.code}]; trying again`;
    case "problem":
      return `${event.problem.detail} [${event.problem.code}]`;
    case "outcome": {
      const { deployment, outcome } = event;
      if (outcome.kind === "failed") return `${deployment}: ${outcome.detail} [${outcome.code}]`;
      if (outcome.kind !== "drifted") return `${deployment}: ${outcome.kind}`;
      return `${deployment}: put back what was changed by hand: ${outcome.paths.join(", ")}`;
    }
  }
}
