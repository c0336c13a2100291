import type { Commit, Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { pino, type Logger } from "pino";
import { systemClock } from "../clock.ts";
import { InstallationError, openInstallation } from "../installation.ts";
import type { OnHold } from "../persistent-append.ts";
import { ConfigError } from "./config.ts";
import { serveHealth } from "./health-server.ts";
import { openLog } from "./open-log.ts";
import type { ServiceConfig } from "./service-config.ts";
import { snapshotsIn } from "./snapshot-files.ts";
import { ServiceState } from "./service-state.ts";
import { WorkShares } from "./shared-work.ts";
import type { ServiceContext, SharedWork } from "./work.ts";

export interface Service<Config extends ServiceConfig> {
  readonly name: string;
  /** Throws `ConfigError`. */
  readConfig(environment: Readonly<Record<string, string | undefined>>): Config;
  /** Of a service that makes the installation where there is none. */
  first?(config: Config): Commit;
  work(context: ServiceContext, config: Config): readonly SharedWork[];
}

const INSTALLATION_RETRY_MS = 1_000;
/** A shutdown that takes longer is cut off: every record may be written again. */
const SHUTDOWN_MS_MAX = 30_000;
const EXIT_USAGE = 2;

/**
 * A service as a process: configuration, log, health, its share of the work, and a clean end at
 * SIGTERM or SIGINT. What must not be is logged and ends the process with status 1, and a
 * supervisor starts it again; nothing is lost, because starting is what recovers.
 */
export async function runService<Config extends ServiceConfig>(
  service: Service<Config>,
): Promise<void> {
  const { name } = service;
  let config: Config;
  try {
    config = service.readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`${name}: ${error.message}`);
    process.exit(EXIT_USAGE);
  }
  const logger = pino({ name, level: config.logLevel });
  const onBug = (error: unknown): never => {
    logger.fatal({ err: error }, "this must not be: the process ends");
    process.exit(1);
  };
  try {
    await serve(service, config, logger, onBug);
  } catch (error) {
    onBug(error);
  }
}

async function serve<Config extends ServiceConfig>(
  service: Service<Config>,
  config: Config,
  logger: Logger,
  onBug: (error: unknown) => void,
): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopping.abort());
  const state = new ServiceState();
  const server = await serveHealth(config.healthHost, config.healthPort, state);
  logger.info({ port: server.port }, "started");
  const log = await openLog(config, service.name, logger);
  const onHold: OnHold = ({ code, message }, attempt) => {
    state.held(code);
    logger.warn({ code, attempt, error: message }, "the log does not take records: holding");
  };
  let shares: WorkShares | undefined;
  const installation = await waitForInstallation(service, config, log, logger, stopping.signal);
  if (installation !== undefined) {
    const context: ServiceContext = {
      log,
      clock: systemClock,
      installation,
      logger,
      snapshots: snapshotsIn(config.snapshots ?? "", installation, logger),
      onHold,
      report: (part, status) => state.report(part, status),
    };
    const work = service.work(context, config);
    shares = new WorkShares(log, work, onBug, (part) => state.ended(part));
    state.takesPart();
    await aborted(stopping.signal);
  }
  logger.info("stopping");
  const cutOff = setTimeout(() => onBug(new Error("the end took too long")), SHUTDOWN_MS_MAX);
  await shares?.close();
  await log.close();
  await server.close();
  clearTimeout(cutOff);
  logger.info("stopped");
}

/** Undefined when the process is to end before there is one. */
async function waitForInstallation<Config extends ServiceConfig>(
  service: Service<Config>,
  config: Config,
  log: EventLog,
  logger: Logger,
  signal: AbortSignal,
): Promise<Installation | undefined> {
  while (!signal.aborted) {
    try {
      return await openInstallation(log, systemClock, service.first?.(config));
    } catch (error) {
      if (!(error instanceof InstallationError) || error.code !== "no-installation") throw error;
      logger.warn("the log holds no installation yet: waiting for the change feed");
      await systemClock.sleep(INSTALLATION_RETRY_MS, signal);
    }
  }
  return undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
