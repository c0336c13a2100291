import { readFileSync } from "node:fs";

const KIB_PER_MIB = 1_024;

/** Resident memory of a process, now and at its highest; undefined where there is no /proc. */
export function residentMiB(
  pid: number,
): { readonly now: number; readonly peak: number } | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined;
  }
  const read = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / KIB_PER_MIB;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}
