import type { Recorder } from "../history/recorder.ts";

/** What all clients of a round share. */
export interface ClientSetting {
  readonly recorder: Recorder;
  /** Where each replica of the API answers. */
  readonly servers: readonly string[];
  readonly token: string;
  /** All objects of the round are in it. */
  readonly workspace: string;
  /** Resolves when load is to end; nobody begins anything after that. */
  readonly ending: AbortSignal;
  /** Between two calls of a client. */
  readonly paceMs: number;
}

/** After so long a client goes on without an answer. */
export const PATIENCE_MS = 4_000;
