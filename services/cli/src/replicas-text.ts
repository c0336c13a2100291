import { usageError } from "./command-error.ts";

/** A number of hosts. */
export function readReplicas(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is not a number of replicas`);
}
