import type { Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { OnHold } from "../persistent-append.ts";
import type { Environment } from "../run-view.ts";
import { NO_SNAPSHOTS, type Snapshots } from "../snapshots.ts";

/** What a service works with. */
export interface ServiceContext {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly installation: Installation;
  readonly logger: Logger;
  /** Where tasks keep what they hold; without it every start reads everything. */
  readonly snapshots?: Snapshots;
  /** Logs that an append is held and tried again. */
  readonly onHold: OnHold;
  /** Keeps what a part is doing, for `/readyz` and `/metrics`. */
  readonly report: (part: string, status: PartStatus) => void;
}

export interface PartStatus {
  readonly kind: string;
  /** The revision that the part is at, where it has one. */
  readonly revision?: number;
}

/** Something that runs until it is stopped; it rejects for what must not be, and never else. */
export interface Work {
  /** The part under which it reports. */
  readonly name: string;
  run(): Promise<void>;
  stop(): void;
}

/** So many pieces of work, of which this process takes the share that the log gives it. */
export interface SharedWork {
  /** Name of the group whose members share the work. */
  readonly group: string;
  readonly count: number;
  make(at: number): Work;
}

/** The environment of a view's tasks in a service. */
export function environmentOf(
  { log, clock, installation, logger, snapshots = NO_SNAPSHOTS, onHold, report }: ServiceContext,
  view: { readonly name: string; readonly version: number },
): Environment {
  return {
    log,
    clock,
    counts: installation,
    snapshots,
    onHold,
    onStatus: (task, status) => {
      report(task, status);
      if (status.kind !== "waiting") return;
      const { versionInForce, revision } = status;
      logger.warn(
        { view: view.name, version: view.version, versionInForce, revision },
        "another version is in force: this one waits until `titan activate` brings it back",
      );
    },
  };
}
