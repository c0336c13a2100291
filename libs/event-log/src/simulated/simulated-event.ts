import type { LogRecord } from "../event-log.ts";
import type { FaultName } from "./faults.ts";

/** What happens to the log, in the order in which it happens: for traces and for checks on the way. */
export type SimulatedEvent =
  | {
      readonly kind: "landed";
      readonly topic: string;
      readonly partition: number;
      readonly records: readonly LogRecord[];
    }
  | {
      readonly kind: "delivered";
      readonly client: string;
      readonly topic: string;
      readonly partition: number;
      readonly records: number;
      readonly next: number;
    }
  | {
      readonly kind: "acknowledged";
      readonly client: string;
      readonly offsets: readonly (number | undefined)[];
    }
  | { readonly kind: "not-acknowledged"; readonly client: string; readonly code: string }
  | { readonly kind: "shortened"; readonly topic: string; readonly partition: number }
  | { readonly kind: "killed"; readonly client: string }
  | { readonly kind: "fault"; readonly name: FaultName };
