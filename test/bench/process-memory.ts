import { readFileSync } from "node:fs";
import type { Figures } from "./figure.ts";

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

/** Adds what a process takes now beside the most that it may, and what it took at its highest. */
export function addMemory(
  figures: Figures,
  name: string,
  pid: number,
  barMiB: number,
  sizes: Readonly<Record<string, number>>,
): void {
  const memory = residentMiB(pid);
  if (memory === undefined) return;
  figures.add({ name, value: memory.now, unit: "MiB", bar: barMiB, sizes });
  figures.add({ name: "  at its highest", value: memory.peak, unit: "MiB" });
}
