import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { runCommand } from "../../broker/run-command.ts";

/** What one run of a peer found, by the name of the case. */
export type PeerFindings = ReadonlyMap<string, number>;

/**
 * Runs a peer to its end; what it prints on standard output is a line of JSON for each case. One that
 * ends with another status than 0 is an error.
 */
export async function runPeer(command: string, args: readonly string[]): Promise<PeerFindings> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const findings = new Map<string, number>();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { case: name, value } = JSON.parse(line) as { readonly case: string; value: number };
    findings.set(name, value);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
  return findings;
}

export function findingOf(findings: PeerFindings, name: string): number {
  const value = findings.get(name);
  if (value === undefined) throw new Error(`the peer did not tell ${name}`);
  return value;
}

/** The first of these commands that is not on this machine. */
export async function missingCommand(
  commands: readonly (readonly [string, ...string[]])[],
): Promise<string | undefined> {
  for (const [command, ...args] of commands) {
    try {
      await runCommand(command, args);
    } catch {
      return command;
    }
  }
  return undefined;
}
