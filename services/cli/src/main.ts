import { EXIT_STATUS } from "./exit-status.ts";
import { processShell } from "./process-shell.ts";
import { runTitan } from "./run-titan.ts";

const interrupted = new AbortController();

// The first time asks the command to end, the second time ends the process.
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (interrupted.signal.aborted) process.exit(EXIT_STATUS.interrupted);
    interrupted.abort(new Error("interrupted"));
  });
}

// Whoever read the output has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? EXIT_STATUS.done : EXIT_STATUS.error);
});

process.exitCode = await runTitan(process.argv.slice(2), processShell(interrupted.signal));
