import { randomUUID } from "node:crypto";
import { systemCommandClock } from "./command-clock.ts";
import type { Input, Shell } from "./command-context.ts";
import { CommandError } from "./command-error.ts";

/** The shell of a real process. */
export function processShell(signal: AbortSignal): Shell {
  const { stdout, stderr, env } = process;
  return {
    stdout,
    stderr,
    stdin: processInput(),
    environment: env,
    folder: process.cwd(),
    clock: systemCommandClock,
    random: Math.random,
    newKey: randomUUID,
    signal,
  };
}

function processInput(): Input {
  return {
    isTerminal: process.stdin.isTTY,
    readAll: async (bytesMax) => {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > bytesMax) throw new CommandError(`standard input has over ${bytesMax} bytes`);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}
