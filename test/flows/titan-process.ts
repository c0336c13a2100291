import { eventually } from "./eventually.ts";
import type { RunningProcess } from "./running-process.ts";

/** What `titan up -o json` prints when it is ready. */
export interface ReadyLine {
  readonly ready: true;
  readonly api: string;
  readonly token: string;
  readonly data: string;
  readonly git: string;
}

/** A `titan up` that is ready. */
export interface TitanProcess extends ReadyLine {
  readonly process: RunningProcess;
}

export async function whenReady(process: RunningProcess): Promise<TitanProcess> {
  const line = await eventually("the ready line of titan up", () => {
    const end = process.stdout.indexOf("\n");
    if (end >= 0) return process.stdout.slice(0, end);
    return process.end === undefined ? undefined : "";
  });
  if (line === "") throw new Error(`titan up ended: ${process.stderr}`);
  return { ...(JSON.parse(line) as ReadyLine), process };
}
