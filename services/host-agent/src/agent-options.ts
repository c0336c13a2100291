import type { Problem } from "@titan/domain";
import type { Clock } from "@titan/processor-runtime";
import type { Disk } from "./disk.ts";
import type { FilesOutcome } from "./files-driver.ts";
import type { HostRules } from "./host-rules.ts";
import type { Transport, TransportProblem } from "./transport.ts";

export interface AgentOptions {
  /** `workspace/name`. */
  readonly host: string;
  readonly disk: Disk;
  /** Absolute. Files of deployments go below `folder`, everything else below `stateFolder`. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly version: string;
  /** An operator says that this other installation is to be followed from now on. */
  readonly acceptedInstallation?: string;
  readonly onEvent?: (event: AgentEvent) => void;
  readonly rules?: HostRules;
}

/** What happened, for the shell to log. */
export type AgentEvent =
  | { readonly kind: "outcome"; readonly deployment: string; readonly outcome: FilesOutcome }
  | { readonly kind: "broken"; readonly stream: string; readonly problem: TransportProblem }
  | { readonly kind: "problem"; readonly problem: Problem };
