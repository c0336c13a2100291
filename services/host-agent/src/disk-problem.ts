import type { Problem } from "@titan/domain";
import { DiskError } from "./disk.ts";

/**
 * Does it, and answers why the disk did not let it: `disk-full` or `disk-failed`; null when it was
 * done. Rejects with whatever is no `DiskError`.
 */
export async function diskProblem(action: () => Promise<void>): Promise<Problem | null> {
  try {
    await action();
    return null;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const code = error.code === "disk-full" ? "disk-full" : "disk-failed";
    return { code, detail: `the agent's state can not be stored: ${error.message}`, pointer: "" };
  }
}
