import { setFlagsFromString } from "node:v8";
import { pino, type Logger } from "pino";
import { LogError, type EventLog } from "@titan/event-log";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { programVersion } from "../commands/version.ts";
import { openKafka } from "../open-kafka.ts";
import { playDemo } from "./demo.ts";
import { startTitan, type RunningTitan } from "./start-titan.ts";
import { readUpOptions, type UpFlags, type UpOptions } from "./up-options.ts";

/** After the signal so much time is left for ending cleanly; then the process goes as it is. */
const CLOSE_MAX_MS = 4_000;

/**
 * V8 lets a heap grow to as much as four times what lives before it collects. Each thread has a heap
 * of its own, so that is much; but every collection takes both cores for some 50 ms, and with half of
 * this one change in a hundred waited for one.
 */
const HEAP_GROWING_PERCENT = 100;

/** Everything in one process, on the embedded log or on Kafka, until it is told to end. */
export async function run(flags: UpFlags, context: CommandContext): Promise<number> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const { shell, output, signal, settings, contextFile } = context;
  const options = readUpOptions(flags, shell.environment, shell.folder);
  const logger: Logger = pino(
    { level: shell.environment["TITAN_LOG_LEVEL"] ?? "warn" },
    pino.destination(2),
  );
  const bug = Promise.withResolvers<never>();
  // Nobody may wait for it yet when it comes.
  bug.promise.catch(() => {});
  const kafka =
    options.kafka === undefined ? undefined : await openKafka(options.kafka, "up", context, true);
  const titan = await startOrSay(options, kafka, logger, bug.reject);
  try {
    contextFile.update({ server: titan.url, token: titan.token });
    if (settings.output === "json") output.line(readyLine(titan, options));
    else announce(titan, options, context);
    if (options.demo) await Promise.race([playDemo(titan, options, context), bug.promise]);
    if (!options.once) await Promise.race([interrupted(signal), bug.promise]);
    return EXIT_STATUS.done;
  } finally {
    const ended = await Promise.race([titan.close().then(() => true), giveUp()]);
    if (!ended) {
      // Something holds, a full disk for one. What was acknowledged is on disk already.
      output.message("not everything ended in time; the next start goes on from the log");
      process.exit(EXIT_STATUS.error);
    }
  }
}

async function startOrSay(
  options: UpOptions,
  kafka: EventLog | undefined,
  logger: Logger,
  onBug: (error: unknown) => void,
): Promise<RunningTitan> {
  const { dataFolder, port, git, layout } = options;
  try {
    return await startTitan({
      dataFolder,
      port,
      git,
      layout,
      version: programVersion(),
      logger,
      onBug,
      ...(kafka === undefined ? {} : { kafka }),
    });
  } catch (error) {
    if (error instanceof LogError && error.code === "in-use") {
      throw new CommandError(error.message, "stop that one first, or give another --data folder");
    }
    if (error instanceof LogError) {
      throw new CommandError(
        `${error.message} [${error.code}]`,
        `nothing in ${dataFolder} was changed`,
      );
    }
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new CommandError(
        `port ${port} is taken`,
        "give another with --port; 0 picks a free one",
      );
    }
    throw error;
  }
}

function readyLine(titan: RunningTitan, { dataFolder }: UpOptions): string {
  const { url, token, git } = titan;
  return JSON.stringify({ ready: true, api: url, token, data: dataFolder, git });
}

function announce(titan: RunningTitan, options: UpOptions, { output }: CommandContext): void {
  output.line(`titan ${programVersion()} is up

  API    ${titan.url}
  log    ${options.kafka === undefined ? `${options.dataFolder}/log.sqlite` : `Kafka at ${options.kafka}`}
  data   ${options.dataFolder}
  Git    ${titan.git}
  token  ${options.dataFolder}/token (the command line knows it already)
`);
  if (!options.demo) {
    output.line("Next, in another terminal:\n\n  titan create host tim-pi --labels name=tim-pi\n");
  }
}

async function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function giveUp(): Promise<false> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, CLOSE_MAX_MS).unref();
  });
  return false;
}
