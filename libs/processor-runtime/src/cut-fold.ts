import type { Archive } from "@titan/compact";
import { Cuts } from "./cuts.ts";
import { HeldLabels } from "./held-labels.ts";
import { RULES, type Rules } from "./rules.ts";
import { addWrapping, type Cut, type Statement } from "./statement.ts";

interface Start {
  readonly revision: number;
  readonly sum: bigint;
  /** The record in force of each key, if it is not what is held. */
  readonly top: Map<string, Statement>;
}

/** A verified cut that was not taken yet, with what changed since the verified cut before it. */
interface Verified {
  readonly revision: number;
  readonly changed: Map<string, Statement>;
}

/**
 * Folds one partition to verified cuts (PROTOCOL.md rules 7, 8 and 10).
 *
 * Promises: a cut is offered only if the state that it is offered with has the cut's sum; what
 * `take` answers is the whole difference between two such states; a record is never given
 * another label. Leaves to others: where records and cuts come from, and how the cuts of several
 * partitions go together.
 *
 * It begins closed: everything is kept until `start` names a cut that verifies. From then on the
 * fold keeps the state at one cut, `tentative`, and tries to verify it; a cut that does not verify
 * is kept until it does or a later one verifies. A fold that was kept begins with what it held
 * instead of nothing, and what it learns from then on is judged by the same sums.
 */
export class CutFold {
  readonly #rules: Rules;
  /** Of the record in force for each key; the value itself is for the reader to keep. */
  readonly #held = new HeldLabels();
  #sum = 0n;
  #tentative = -1;
  #tentativeSum: bigint | undefined;
  #started = false;
  /** Above the tentative cut, lowest label first; equal labels in the order of the log. */
  #pending: Statement[] = [];
  /** The last that was tried before the start: it is the one to begin with. */
  #tried: Start | undefined;
  readonly #cuts = new Cuts();
  #changed = new Map<string, Statement>();
  readonly #verified: Verified[] = [];
  #verifiedRecords = 0;
  #inUse = -1;

  constructor(rules: Rules = RULES) {
    this.#rules = rules;
  }

  /** The revision of the cut that was taken last; -1 before the first. */
  get inUse(): number {
    return this.#inUse;
  }

  /**
   * What is verified and waits to be taken: cuts, and the records that changed at them. A reader
   * may wait with reading on while there are several; never because of records whose cut is not
   * verified, since it may need more of them.
   */
  get waiting(): { readonly cuts: number; readonly records: number } {
    return { cuts: this.#verified.length, records: this.#verifiedRecords };
  }

  /** The cut that waits for records that were not seen, if there is one. Costs a fold before the start. */
  get blockedAt(): number | undefined {
    const last = this.#cuts.revisions.at(-1);
    if (!this.#started) return last === undefined || this.verifies(last) ? undefined : last;
    return this.#tentativeSum === undefined ? undefined : this.#tentative;
  }

  /** How many keys have a label, also those that are gone. */
  get size(): number {
    return this.#held.size;
  }

  /** Whether what is held is what is in force at the cut in use, so that it can be kept. */
  get isAtRest(): boolean {
    return this.#started && this.#tentative === this.#inUse && this.#changed.size === 0;
  }

  /** From which offset on the log must be read again by whoever goes on from what is held. */
  get firstPending(): number {
    return this.#pending.reduce((first, { offset }) => Math.min(first, offset), Infinity);
  }

  /** Of a fold at rest; into an empty one. */
  keepIn(archive: Archive): void {
    this.#inUse = archive.json(this.#inUse);
    this.#sum = BigInt(archive.json(String(this.#sum)));
    this.#held.keepIn(archive);
  }

  /** The label of the record in force for a key. */
  labelOf(key: string): number | undefined {
    return this.#held.revisionAt(this.#held.placeOf(key));
  }

  add(statement: Statement): void {
    if (!this.#started) {
      this.#tried = undefined;
      this.#pending.push(statement);
    } else if (statement.revision > this.#tentative) {
      this.#insertPending(statement);
    } else {
      this.#fold(statement);
    }
  }

  addCut(cut: Cut): void {
    if (cut.revision < (this.#started ? this.#tentative : this.#inUse)) return;
    if (this.#started && cut.revision === this.#tentative) {
      if (this.#tentativeSum !== undefined) this.#tentativeSum = cut.sum;
      return;
    }
    this.#cuts.add(cut);
  }

  /** Every cut that was seen, before the start; lowest first. */
  startCandidates(): readonly number[] {
    return this.#cuts.revisions;
  }

  /** Whether the state at `revision` has the sum of the cut there. Only before the start. */
  verifies(revision: number): boolean {
    const wanted = this.#cuts.sumAt(revision);
    if (wanted === undefined) return false;
    if (!this.#rules.believeOnlySums) return true;
    return this.#inForceAt(revision).sum === wanted;
  }

  /** What is in force at a revision, before the start. */
  #inForceAt(revision: number): Start {
    if (this.#tried?.revision === revision) return this.#tried;
    let sum = this.#sum;
    const isAnyHeld = this.#held.size > 0;
    const top = new Map<string, Statement>();
    for (const statement of this.#pending) {
      if (statement.revision > revision) continue;
      const { key, revision: label, hash } = statement;
      const before = top.get(key) ?? (isAnyHeld ? this.#held.get(key) : undefined);
      if (before !== undefined) {
        if (before.revision > label) continue;
        if (before.revision === label && before.hash === hash) continue;
      }
      sum = addWrapping(sum, hash - (before?.hash ?? 0n));
      top.set(key, statement);
    }
    this.#tried = { revision, sum, top };
    return this.#tried;
  }

  /** Begins at a cut that verifies; `take` of it answers everything that is in force there. */
  start(revision: number): void {
    const { sum, top } = this.#inForceAt(revision);
    this.#tried = undefined;
    this.#started = true;
    this.#tentative = revision;
    this.#sum = sum;
    this.#changed = top;
    for (const { key, revision: label, hash } of top.values()) this.#held.set(key, label, hash);
    this.#pending = this.#pending
      .filter((statement) => statement.revision > revision)
      .sort((a, b) => a.revision - b.revision || a.offset - b.offset);
    this.#cuts.dropTo(revision);
    this.#offer();
  }

  /** Verifies what can be verified now. Call it after each batch of `add` and `addCut`. */
  advance(): void {
    if (!this.#started) return;
    for (;;) {
      if (this.#tentativeSum !== undefined && this.#matches(this.#tentativeSum, this.#sum)) {
        this.#offer();
      }
      const next =
        this.#tentativeSum === undefined ? this.#cuts.revisions[0] : this.#laterCutThatVerifies();
      if (next === undefined) return;
      this.#moveTo(next);
    }
  }

  /** The lowest of the verified cuts above the one in use. */
  get lowestVerified(): number | undefined {
    return this.#verified[0]?.revision;
  }

  get highestVerified(): number | undefined {
    return this.#verified.at(-1)?.revision;
  }

  hasVerified(revision: number): boolean {
    return this.verifiedFrom(revision) === revision;
  }

  /** The lowest verified cut at or above `revision`. */
  verifiedFrom(revision: number): number | undefined {
    // Cuts are taken in order, so the one that is asked for is among the first.
    for (const verified of this.#verified) {
      if (verified.revision >= revision) return verified.revision;
    }
    return undefined;
  }

  /** Joins what lies below `revision` into the cut that follows: no step will be made there. */
  skipBelow(revision: number): void {
    let first = this.#verified[0];
    let second = this.#verified[1];
    while (first !== undefined && second !== undefined && first.revision < revision) {
      this.#verifiedRecords -= first.changed.size + second.changed.size;
      for (const [key, statement] of second.changed) first.changed.set(key, statement);
      this.#verifiedRecords += first.changed.size;
      this.#verified.splice(0, 2, { revision: second.revision, changed: first.changed });
      first = this.#verified[0];
      second = this.#verified[1];
    }
  }

  /** Makes a verified cut the one in use; answers the statements in force that changed since. */
  take(revision: number): ReadonlyMap<string, Statement> {
    this.skipBelow(revision);
    const first = this.#verified.shift();
    if (first?.revision !== revision) {
      throw new Error(`no verified cut at ${revision}`);
    }
    this.#inUse = revision;
    this.#verifiedRecords -= first.changed.size;
    return first.changed;
  }

  #fold(statement: Statement): void {
    const { key, revision, hash } = statement;
    const place = this.#held.take(key);
    const label = this.#held.revisionAt(place) ?? 0;
    if (label > revision) return;
    const before = this.#held.hashAt(place) ?? 0n;
    // Of equal labels the later offset counts; two different hashes are for the sum to judge.
    if (label === revision && before === hash) return;
    this.#sum = addWrapping(this.#sum, hash - before);
    this.#held.setAt(place, revision, hash);
    this.#changed.set(key, statement);
  }

  #insertPending(statement: Statement): void {
    const pending = this.#pending;
    let at = pending.length;
    while (at > 0 && (pending[at - 1]?.revision ?? 0) > statement.revision) at -= 1;
    if (at === pending.length) pending.push(statement);
    else pending.splice(at, 0, statement);
  }

  #moveTo(revision: number): void {
    this.#tentative = revision;
    this.#tentativeSum = this.#cuts.sumAt(revision);
    let below = 0;
    while (below < this.#pending.length && (this.#pending[below]?.revision ?? 0) <= revision) {
      below += 1;
    }
    for (const statement of this.#pending.splice(0, below)) this.#fold(statement);
    this.#cuts.dropTo(revision);
  }

  /** Looks ahead without giving up the cut that waits. */
  #laterCutThatVerifies(): number | undefined {
    if (this.#cuts.revisions.length === 0) return undefined;
    let sum = this.#sum;
    const top = new Map<string, Statement>();
    let at = 0;
    for (const revision of this.#cuts.revisions) {
      for (; at < this.#pending.length; at += 1) {
        const statement = this.#pending[at];
        if (statement === undefined || statement.revision > revision) break;
        const held = this.#held.hashAt(this.#held.placeOf(statement.key));
        const before = top.get(statement.key)?.hash ?? held ?? 0n;
        sum = addWrapping(sum, statement.hash - before);
        top.set(statement.key, statement);
      }
      if (this.#matches(this.#cuts.sumAt(revision) ?? 0n, sum)) return revision;
    }
    return undefined;
  }

  #matches(wanted: bigint, sum: bigint): boolean {
    return !this.#rules.believeOnlySums || wanted === sum;
  }

  #offer(): void {
    this.#verified.push({ revision: this.#tentative, changed: this.#changed });
    this.#verifiedRecords += this.#changed.size;
    this.#changed = new Map();
    this.#tentativeSum = undefined;
  }
}
