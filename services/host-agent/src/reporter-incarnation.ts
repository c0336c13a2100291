import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { readSealed, writeSealed, type Seal } from "./sealed-file.ts";

const SEAL: Seal = { format: "reporter", version: 1 };
const FILE = "reporter.json";
const DIGITS = 16;

/**
 * The incarnation of this run of the agent, which sorts after those before it: one more than the
 * one kept on disk, or the time, whichever is later, so that a lost state folder does not make a
 * host mute. A clock that is off does no harm: the gateway names the incarnation to go above.
 */
export async function nextIncarnation(
  disk: Disk,
  stateFolder: string,
  nowMs: number,
  above = 0,
): Promise<string> {
  const path = join(stateFolder, FILE);
  const content = await readSealed(disk, path, SEAL);
  const kept = content.kind === "found" ? Number(content.body) : 0;
  const incarnation = Math.max(Number.isSafeInteger(kept) ? kept + 1 : 0, nowMs, above + 1);
  await writeSealed(disk, path, SEAL, String(incarnation));
  return String(incarnation).padStart(DIGITS, "0");
}
