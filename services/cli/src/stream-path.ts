import { usageError } from "./command-error.ts";

const STREAM = /^[a-z0-9][a-z0-9.-]{0,248}$/;

/** The address of a stream; `change` means `titan.change`. */
export function streamPath(name: string): string {
  const full = name.startsWith("titan.") ? name : `titan.${name}`;
  if (STREAM.test(full)) return `/v1/streams/${encodeURIComponent(full)}`;
  throw usageError(`"${name}" is not the name of a stream`, "for example titan.change");
}
