import { CommanderError } from "commander";
import type { Shell } from "./command-context.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { createOutput } from "./output/output.ts";
import { createProgram } from "./program/program.ts";
import { Runner } from "./program/runner.ts";
import { reportError } from "./report-error.ts";

/** Runs one command line and answers the exit status. Never throws. */
export async function runTitan(args: readonly string[], shell: Shell): Promise<number> {
  const runner = new Runner(shell);
  const isDiff = args.find((arg) => !arg.startsWith("-")) === "diff";
  try {
    const program = createProgram(runner);
    if (args.length === 0) {
      program.outputHelp();
      return EXIT_STATUS.done;
    }
    await program.parseAsync(args, { from: "user" });
    return runner.exitStatus;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT_STATUS.done : EXIT_STATUS.usage;
    }
    const output = createOutput(shell.stdout, shell.stderr, true);
    const status = reportError(error, output, shell.signal);
    // For diff, 1 says that something differs.
    return isDiff && status === EXIT_STATUS.error ? EXIT_STATUS.usage : status;
  }
}
