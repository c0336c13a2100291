import type { Random } from "./seeded-random.ts";

/** What can go wrong; each with the chance that it does when it could. */
export const FAULT_NAMES = [
  /** An append lands, and its writer learns only that it is not known. Per batch. */
  "lostAcknowledgement",
  /** An append never lands; its writer learns that it is not known. Per batch. */
  "lostAppend",
  /** An append lands twice, the second time later; its writer learns that it is not known. */
  "duplicateLanding",
  /** An append lands long after its writer was told that it is not known. Per batch. */
  "delayedLanding",
  /** A part of a batch lands, the rest later or never; its writer learns that it is not known. */
  "splitBatch",
  /** A batch lands in two parts, between which others may write; its writer learns that it landed. */
  "appendInParts",
  /** What was in flight when its client was killed lands at any later time. Per batch. */
  "landingAfterDeath",
  /** The batches of one append land at times of their own. Per append. */
  "reorderedPartitions",
  /** A delivery shows only a part of what is there, or comes late. Per delivery. */
  "staleDelivery",
  /** Some offsets before a batch are passed over. Per landing. */
  "offsetGap",
  /** A landing sets off compaction of its partition, up to anywhere. Per landing. */
  "compaction",
  /** A partition goes to a new owner while the old one keeps it and is not told. */
  "severalOwners",
  /** The old owner of a partition is told long after the new one. */
  "lateRevocation",
  /** The broker's clock is ten years off, either way. Per delivery. */
  "wrongTimestamps",
  /** An append is refused for want of room. Per append, besides `SimulatedLog.fill`. */
  "diskFull",
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];
export type FaultChances = Readonly<Partial<Record<FaultName, number>>>;
export type FaultCounts = Readonly<Record<FaultName, number>>;

/** Decides whether a fault happens, and counts those that did. Asks the seed only if it could. */
export class Faults {
  readonly #random: Random;
  readonly #counts = noCounts();
  readonly #onStrike: (name: FaultName) => void;
  #chances: FaultChances;

  constructor(
    random: Random,
    chances: FaultChances,
    onStrike: (name: FaultName) => void = () => {},
  ) {
    this.#random = random;
    this.#chances = { ...chances };
    this.#onStrike = onStrike;
  }

  get counts(): FaultCounts {
    return { ...this.#counts };
  }

  set(chances: FaultChances): void {
    this.#chances = { ...this.#chances, ...chances };
  }

  heal(): void {
    this.#chances = {};
  }

  /** For a fault that happens for another reason than its chance. */
  count(name: FaultName): void {
    this.#counts[name] += 1;
    this.#onStrike(name);
  }

  /** True with the fault's chance; the caller then makes it happen. */
  strikes(name: FaultName): boolean {
    const chance = this.#chances[name] ?? 0;
    if (chance <= 0 || this.#random() >= chance) return false;
    this.count(name);
    return true;
  }
}

function noCounts(): Record<FaultName, number> {
  return {
    lostAcknowledgement: 0,
    lostAppend: 0,
    duplicateLanding: 0,
    delayedLanding: 0,
    splitBatch: 0,
    appendInParts: 0,
    landingAfterDeath: 0,
    reorderedPartitions: 0,
    staleDelivery: 0,
    offsetGap: 0,
    compaction: 0,
    severalOwners: 0,
    lateRevocation: 0,
    wrongTimestamps: 0,
    diskFull: 0,
  };
}
