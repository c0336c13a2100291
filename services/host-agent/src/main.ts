import { readFileSync } from "node:fs";
import { systemClock } from "@titan/processor-runtime";
import { ConfigError, openLog } from "@titan/processor-runtime/service";
import { pino, type Logger } from "pino";
import type { AgentEvent } from "./agent-options.ts";
import { Agent } from "./agent.ts";
import { readHostAgentConfig, type HostAgentConfig } from "./config.ts";
import { GatewayTransport } from "./gateway-transport.ts";
import { LogTransport } from "./log-transport.ts";
import { NodeDisk } from "./node-disk.ts";
import { lockStateFolder } from "./state-folder-lock.ts";

const NAME = "host-agent";
const EXIT_USAGE = 2;

/** The agent as a process of its own: until SIGTERM or SIGINT, whatever the server does. */
async function serve(config: HostAgentConfig, logger: Logger): Promise<void> {
  const { folder, stateFolder, server, token, acceptedInstallation } = config;
  const host = `${config.workspace}/${config.host}`;
  const lock = lockStateFolder(stateFolder);
  if (lock === undefined) throw new Error(`another agent works with ${stateFolder}`);
  const source = { host, clock: systemClock, random: Math.random };
  const log = config.log === "none" ? undefined : await openLog(config.log, NAME, logger);
  const agent = await Agent.open({
    host,
    disk: new NodeDisk(),
    folder,
    stateFolder,
    transport:
      log === undefined
        ? new GatewayTransport({ ...source, server, token })
        : new LogTransport({ ...source, log }),
    clock: systemClock,
    version: ownVersion(),
    onEvent: (event) => logEvent(logger, event),
    ...(acceptedInstallation === "" ? {} : { acceptedInstallation }),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => agent.stop());
  logger.info({ host, folder, ...(log === undefined ? { server } : {}) }, "started");
  await agent.run();
  await log?.close();
  lock.release();
  logger.info("stopped");
}

function logEvent(logger: Logger, event: AgentEvent): void {
  switch (event.kind) {
    case "broken":
      logger.warn({ stream: event.stream, ...event.problem }, "a stream broke: trying again");
      return;
    case "problem":
      logger.error(event.problem, "the agent found a problem");
      return;
    case "outcome": {
      const { deployment, outcome } = event;
      const level = outcome.kind === "failed" ? "error" : "info";
      logger[level]({ deployment, ...outcome }, "applied");
    }
  }
}

function ownVersion(): string {
  const file = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return version;
}

let config: HostAgentConfig;
try {
  config = readHostAgentConfig(process.env);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`${NAME}: ${error.message}`);
  process.exit(EXIT_USAGE);
}
const logger = pino({ name: NAME, level: config.logLevel });
try {
  await serve(config, logger);
} catch (error) {
  logger.fatal({ err: error }, "the agent can not go on: the process ends, what it runs stays");
  process.exitCode = 1;
}
