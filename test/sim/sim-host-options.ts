import type { Random, SimulatedClient } from "@titan/event-log/testing";
import type { HostRules } from "@titan/host-agent/testing";
import type { Clock } from "@titan/processor-runtime";
import type { LogTransport } from "./log-transport.ts";
import type { HostFortunes } from "./sim-host-fortunes.ts";
import type { Truth } from "./truth.ts";

/** What lies behind the address that a host knows. */
export interface HostCluster {
  readonly installation: string;
  /** Of this installation for ever: bookmarks of it are compared with it also when it is gone. */
  readonly truth: Truth;
  readonly counts: { readonly H: number; readonly D: number };
  readonly newClient: () => SimulatedClient;
}

export interface SimHostOptions extends Omit<HostCluster, "installation"> {
  readonly name: string;
  /** `sim` unless told. */
  readonly installation?: string;
  readonly clock: Clock;
  /** For what is tried again and again: nobody waits for its sleeps. Without it there is an end. */
  readonly idleClock?: Clock;
  readonly random: Random;
  readonly rules?: HostRules;
  /** In place of those of `HOST_FORTUNES`. */
  readonly fortunes?: Partial<HostFortunes>;
  readonly onViolation: (text: string) => void;
}

/** One life of the agent. */
export interface HostRun {
  isAlive: boolean;
  isRecovering: boolean;
  readonly client: SimulatedClient;
  readonly slowMs: number;
  readonly transport: LogTransport;
}
