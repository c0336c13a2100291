import { CutFold } from "./cut-fold.ts";
import { RULES, type Rules } from "./rules.ts";
import type { Statement } from "./statement.ts";

/** What changed in one input between two cuts. */
export interface InputChange {
  readonly input: number;
  readonly statements: ReadonlyMap<string, Statement>;
}

/** All inputs moved to the same revision. */
export interface AlignedStep {
  readonly revision: number;
  readonly changes: readonly InputChange[];
}

/** Starting looks at so many of the highest common cuts before it waits for more to arrive. */
const START_CANDIDATES_MAX = 64;

/**
 * Several folds that step together (PROTOCOL.md rules 9 and 12).
 *
 * Promises: a step happens only at a revision that is a verified cut of every input; the first at
 * the highest there is, each later one at the lowest above. Leaves to others: filling the folds.
 */
export class Alignment {
  readonly #folds: readonly CutFold[];
  readonly #rules: Rules;
  #at: number | undefined;

  constructor(folds: readonly CutFold[], rules: Rules = RULES) {
    this.#folds = folds;
    this.#rules = rules;
  }

  /** The revision in use; undefined before the start. */
  get revision(): number | undefined {
    return this.#at;
  }

  /** The first step, with everything that is in force, or undefined while no common cut verifies. */
  start(): AlignedStep | undefined {
    const [first, ...others] = this.#folds;
    if (first === undefined || this.#at !== undefined) return undefined;
    const sets = others.map((fold) => new Set(fold.startCandidates()));
    let tried = 0;
    for (const revision of first.startCandidates().toReversed()) {
      if (!sets.every((set) => set.has(revision))) continue;
      if (this.#folds.every((fold) => fold.verifies(revision))) {
        for (const fold of this.#folds) fold.start(revision);
        return this.#take(revision);
      }
      tried += 1;
      if (tried === START_CANDIDATES_MAX) return undefined;
    }
    return undefined;
  }

  /** The next step, or undefined when the inputs have no common cut above the present one. */
  next(): AlignedStep | undefined {
    if (this.#at === undefined) return undefined;
    for (const fold of this.#folds) fold.advance();
    if (!this.#rules.stepAtCommonCuts) return this.#stepAtMarksAbove();
    let revision = 0;
    for (;;) {
      let common = true;
      for (const fold of this.#folds) {
        const from = fold.verifiedFrom(revision);
        if (from === undefined) {
          this.#dropUncommon();
          return undefined;
        }
        if (from > revision) {
          common &&= revision === 0;
          revision = from;
        }
      }
      if (common && this.#folds.every((fold) => fold.hasVerified(revision))) {
        return this.#take(revision);
      }
    }
  }

  #take(revision: number): AlignedStep {
    this.#at = revision;
    const changes: InputChange[] = [];
    this.#folds.forEach((fold, input) => {
      const statements = fold.take(revision);
      if (statements.size > 0) changes.push({ input, statements });
    });
    return { revision, changes };
  }

  /** No common cut can lie below the lowest that any input has, so what is below is joined. */
  #dropUncommon(): void {
    let floor = 0;
    for (const fold of this.#folds) floor = Math.max(floor, fold.lowestVerified ?? 0);
    for (const fold of this.#folds) fold.skipBelow(floor);
  }

  /** The mistake that `stepAtCommonCuts` guards against: an input may be ahead of the first. */
  #stepAtMarksAbove(): AlignedStep | undefined {
    const revision = this.#folds[0]?.lowestVerified;
    if (revision === undefined) return undefined;
    const cuts = this.#folds.map((fold) =>
      fold.inUse >= revision ? fold.inUse : fold.verifiedFrom(revision),
    );
    if (cuts.includes(undefined)) return undefined;
    this.#at = revision;
    const changes: InputChange[] = [];
    this.#folds.forEach((fold, input) => {
      const cut = cuts[input];
      if (cut === undefined || cut === fold.inUse) return;
      changes.push({ input, statements: fold.take(cut) });
    });
    return { revision, changes };
  }
}
