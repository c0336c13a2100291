import type { Statement } from "./statement.ts";

/** What an owner saw in its own stream, and did not recognize as what it wrote last. */
export type Observed = { readonly kind: "statement"; readonly statement: Statement } | ObservedMark;

export interface ObservedMark {
  readonly kind: "mark";
  readonly revision: number;
  readonly sum: bigint;
  readonly offset: number;
}

export function observation(statement: Statement): Observed {
  return { kind: "statement", statement };
}
