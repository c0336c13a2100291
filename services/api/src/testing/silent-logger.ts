import type { FastifyBaseLogger } from "fastify";

const nothing = (): void => {};

/** A logger for tests: errors are shown when TITAN_TEST_LOG is set. */
export const silentLogger: FastifyBaseLogger = {
  level: "silent",
  silent: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (...said: readonly unknown[]) => {
    if (process.env["TITAN_TEST_LOG"] !== undefined) console.error(...said);
  },
  fatal: nothing,
  child: () => silentLogger,
};
