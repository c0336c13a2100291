/**
 * Where tasks keep what they hold, so that a start need not read everything. Never needed for
 * correctness: one that is missing, old or damaged costs time alone, and what was kept is believed
 * only at a cut that the log still holds and that has the sum of what was kept.
 */
export interface Snapshots {
  /**
   * What was written last, whole, for the caller to change; undefined when there is nothing, or
   * nothing that can be used. Never rejects.
   */
  read(task: string): Promise<ArrayBuffer | undefined>;
  /** Replaces what was written, or leaves it. Nothing may change the pieces until it settles. Never rejects. */
  write(task: string, pieces: Iterable<Uint8Array>): Promise<void>;
  /** What was written is not read again. Never rejects. */
  forget(task: string): Promise<void>;
  /** Whether it pays to write, after so many records were read since and while so many keys are held. */
  isDue(task: string, records: number, keys: number): boolean;
}

/** For whoever keeps nothing. */
export const NO_SNAPSHOTS: Snapshots = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  forget: () => Promise.resolve(),
  isDue: () => false,
};
