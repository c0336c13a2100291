import { ApiProblem } from "../api-problem.ts";
import { backoffMs } from "@titan/event-stream";
import type { CommandContext } from "../command-context.ts";
import { CommandError, usageError } from "../command-error.ts";
import {
  deploymentStatusOf,
  hostCount,
  problemText,
  runningCount,
  type DeploymentStatus,
} from "../deployment-status.ts";
import { readDurationMs } from "../duration-text.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { pathOf } from "../object-reference.ts";
import { namedDeployment } from "../read-deployment.ts";
import { readObject } from "../read-object.ts";
import type { TitanObject } from "../titan-object.ts";

interface Options {
  readonly kind: string;
  readonly name?: string;
  readonly for: string;
  readonly min: string;
  readonly timeout: string;
}

/** How far it is; `blocking` names what stands in the way. */
interface Progress {
  readonly state: "done" | "failed" | "pending";
  readonly text: string;
  readonly blocking: readonly string[];
}

const POLL = { firstMs: 100, capMs: 1_000 };
const BLOCKING_MAX = 10;
/** Problems that go away by themselves, or when hosts or labels come. */
const MAY_PASS: readonly string[] = [
  "not-rendered-yet",
  "no-hosts-selected",
  "host-label-missing",
  "too-few-hosts",
];

/** Ends at once when it is so, or can not become so any more without somebody doing something. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { clock, output, shell, signal } = context;
  const reference = await namedDeployment(options);
  const min = readShare(options.min);
  const timeoutMs = readDurationMs("--timeout", options.timeout);
  if (options.for !== "deployed" && options.for !== "deleted") {
    throw usageError(`--for is deployed or deleted, not "${options.for}"`);
  }
  const look = (): Promise<Progress> =>
    options.for === "deleted"
      ? lookForGone(context, reference)
      : lookForDeployed(context, reference, min);
  const shown = `deployment/${reference.name}`;
  const deadline = clock.now() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const { state, text, blocking } = await look();
    if (state === "done") {
      output.line(`${shown} ${options.for}${text === "" ? "" : `: ${text}`}`);
      return EXIT_STATUS.done;
    }
    if (state === "failed") {
      throw new CommandError(`${shown} failed: ${text}${listed(blocking)}`, "", EXIT_STATUS.failed);
    }
    const leftMs = deadline - clock.now();
    if (leftMs <= 0) {
      const message = `${shown} is not ${options.for} after ${options.timeout}: ${text}${listed(blocking)}`;
      throw new CommandError(message, "", EXIT_STATUS.timeOut);
    }
    const pauseMs = backoffMs(attempt, { ...POLL, random: shell.random });
    await clock.sleep(Math.min(leftMs, pauseMs), signal);
  }
}

async function lookForDeployed(
  context: CommandContext,
  reference: Parameters<typeof readObject>[1],
  min: number,
): Promise<Progress> {
  return judge(deploymentStatusOf(await readObject(context, reference)), min);
}

function judge(status: DeploymentStatus, min: number): Progress {
  const total = hostCount(status);
  const running = runningCount(status);
  const { failed } = status.counts;
  const text = `${running}/${total} hosts run it`;
  const blocked = (states: readonly string[]): readonly string[] =>
    status.hosts
      .filter(({ state }) => states.includes(state))
      .map(
        ({ host, state, detail }) => `${host} is ${state}${detail === "" ? "" : ` (${detail})`}`,
      );
  const final = status.problems.filter(({ code }) => !MAY_PASS.includes(code));
  if (final.length > 0) return { state: "failed", text, blocking: final.map(problemText) };
  const { problems } = status;
  // Hosts may still come; without a problem it is on no host because nobody asks for one.
  if (total === 0 && problems.length > 0) {
    return { state: "pending", text: "it is on no host", blocking: problems.map(problemText) };
  }
  if (running >= min * total) return { state: "done", text, blocking: [] };
  // Even if every other host got there, it would not be enough.
  if (total - failed < min * total) return { state: "failed", text, blocking: blocked(["failed"]) };
  return { state: "pending", text, blocking: blocked(["failed", "offline", "behind"]) };
}

async function lookForGone(
  { api, settings }: CommandContext,
  reference: Parameters<typeof pathOf>[0],
): Promise<Progress> {
  try {
    const found = await api.get<TitanObject>(pathOf(reference, settings.workspace));
    const text = `it is still there, at revision ${found.metadata.revision ?? "?"}`;
    return { state: "pending", text, blocking: [] };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === "not-found") {
      return { state: "done", text: "", blocking: [] };
    }
    throw error;
  }
}

function listed(blocking: readonly string[]): string {
  if (blocking.length === 0) return "";
  const more = blocking.length - BLOCKING_MAX;
  const shown = blocking.slice(0, BLOCKING_MAX).map((each) => `\n  ${each}`);
  return `${shown.join("")}${more > 0 ? `\n  and ${more} more` : ""}`;
}

function readShare(text: string): number {
  const found = /^(\d+(?:\.\d+)?)%?$/.exec(text);
  const share = Number(found?.[1] ?? Number.NaN) / 100;
  if (share >= 0 && share <= 1) return share;
  throw usageError(`--min "${text}" is not a share`, "for example 95%");
}
