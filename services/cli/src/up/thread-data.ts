import type { Installation } from "@titan/domain";
import type { ThreadLogHandle } from "@titan/event-log";
import type { GitLocation } from "@titan/gitops-writer";
import type { LayoutConfig } from "@titan/processor-runtime/service";
import type { NamedStatus, Processing } from "./processors.ts";

/** What a thread of processors begins with. */
export interface ThreadData {
  readonly log: ThreadLogHandle;
  readonly processing: readonly Processing[];
  readonly installation: Installation;
  readonly layout: LayoutConfig["layout"];
  readonly entityTopicsMax: number;
  readonly git: GitLocation;
  readonly snapshotFolder: string;
  readonly logLevel: string;
}

/** It says once that its code is loaded, then what its tasks do, each that has changed. */
export type FromThread =
  | { readonly kind: "loaded" }
  | { readonly kind: "status"; readonly changed: readonly NamedStatus[] };

/** `begin` when all are loaded: so the work is divided once. */
export type ToThread = "begin" | "end";
