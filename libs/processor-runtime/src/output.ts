import type { Archive } from "@titan/compact";
import type { ViewStep } from "./view.ts";

/**
 * Where a view's values go: a partition, many slices, a Git tree, a SQLite file.
 *
 * Promises: after `recover` the output is what the step says, whatever it was before; after
 * `write` it is what the last step says, having held every step's state in between or not, as
 * the kind of output allows. Each call may be repeated after a crash. Leaves to others: which
 * revisions there are and what the values are.
 */
export interface Output<Value> {
  /**
   * `step.values` holds every key of the view; what the output holds besides is removed. Of an output
   * that was kept it holds the keys that may have changed since.
   */
  recover(step: ViewStep<Value>): Promise<void>;
  /** `step.values` holds the keys that may have changed; lowest revision first. */
  write(steps: readonly ViewStep<Value>[]): Promise<void>;
  /** Heals what was noticed since; called between writes. True when there was something. */
  repair(): Promise<boolean>;
  close(): Promise<void>;
  /** Whether it is what the last step says, with nothing to be healed: then it can be kept. */
  readonly isAtRest?: boolean;
  /** How many of its records there are to read again for whoever begins with what was kept last. */
  readonly sinceKept?: number;
  /** Of an output at rest; before `recover` of one that loads. */
  keepIn?(archive: Archive): void;
}
