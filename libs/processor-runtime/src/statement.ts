import type { StatementName } from "@titan/schema-codec";

/** A record of a partition, as the protocol sees it: at `revision`, `key` has the value `current`. */
export interface Statement {
  readonly key: string;
  /** The label. */
  readonly revision: number;
  readonly hash: bigint;
  readonly current: unknown;
  readonly offset: number;
  readonly origin: Origin;
  /** The bytes of `current` as a record of this name and of the newest schema has them, if it was one. */
  bytesFor?(name: StatementName): Uint8Array | undefined;
}

/** Who and what a record comes from: information, never part of a value. */
export interface Origin {
  readonly revision: number;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly occurredAt: number;
}

/** The statement that a partition, folded up to `revision`, has this sum. */
export interface Cut {
  readonly revision: number;
  readonly sum: bigint;
}

/** A 64-bit sum wraps. */
export function addWrapping(sum: bigint, difference: bigint): bigint {
  return BigInt.asUintN(64, sum + difference);
}

/** Two records that claim one event id and differ, or a mark that differs from the own function. */
export class Contradiction extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Contradiction";
  }
}

/** `statement` says of its revision what is not what this owner holds to be true there. */
export function twoValues(topic: string, { key, revision, offset }: Statement): Contradiction {
  return new Contradiction(
    `${topic} has two values of ${key} at revision ${revision} (offset ${offset})`,
  );
}
