/**
 * The rules of the log protocol that can be switched off, so that tests can show what each is
 * for. The product runs with `RULES`; nothing but a test makes another value of this type.
 */
export interface Rules {
  /** A cut is believed only when its sum equals that of the state. */
  readonly believeOnlySums: boolean;
  /** A step needs a verified cut of every input at exactly its revision. */
  readonly stepAtCommonCuts: boolean;
  /** Late truths of revisions that the owner jumped over are repaired, not only shadowed ones. */
  readonly repairLateTruths: boolean;
  /** Every cut is marked, also when nothing changed. */
  readonly markEveryCut: boolean;
  /** Code runs only while the version in force is its own. */
  readonly committedVersions: boolean;
  /** A task that waited for its version begins again from the start. */
  readonly startOverAfterWaiting: boolean;
  /** A repair of a slice is followed by a mark. */
  readonly markAfterRepair: boolean;
  /** An owner that goes on from a snapshot looks at every key that the log has more of since then. */
  readonly compareSinceKept: boolean;
}

export const RULES: Rules = {
  believeOnlySums: true,
  stepAtCommonCuts: true,
  repairLateTruths: true,
  markEveryCut: true,
  committedVersions: true,
  startOverAfterWaiting: true,
  markAfterRepair: true,
  compareSinceKept: true,
};
