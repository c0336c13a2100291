import { LogError, type EventLog } from "@titan/event-log";
import { ConfigError, openLog, reachLog, readLogConfig } from "@titan/processor-runtime/service";
import type { CommandContext } from "./command-context.ts";
import { CommandError, usageError } from "./command-error.ts";

/** A person does not want to wait longer to hear that an address is wrong. */
const REACH_MS = 15_000;

/**
 * The log that `--kafka HOST:PORT` names, with the settings of the environment. With `mustAnswer`
 * a cluster that does not answer is an error now; else it is waited for.
 */
export async function openKafka(
  brokers: string,
  name: string,
  { shell, output }: CommandContext,
  mustAnswer: boolean,
): Promise<EventLog> {
  const logger = {
    warn: (fields: object, message: string) =>
      output.message(`warning: ${message} ${JSON.stringify(fields)}`),
  };
  try {
    const config = readLogConfig({ ...shell.environment, TITAN_LOG: `kafka:${brokers}` });
    if (mustAnswer) await reachLog(config, name, REACH_MS);
    return await openLog(config, name, logger);
  } catch (error) {
    if (error instanceof ConfigError) {
      const isAddress = error.problems.some((problem) => problem.startsWith("TITAN_LOG "));
      throw usageError(isAddress ? "--kafka is HOST:PORT[,HOST:PORT]" : error.problems.join("; "));
    }
    if (error instanceof LogError) {
      const hint = "see that the broker runs, and TITAN_KAFKA_TLS and TITAN_KAFKA_SASL";
      throw new CommandError(`${error.message} [${error.code}]`, hint);
    }
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}
