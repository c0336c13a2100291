import type { HistoryLine } from "../history/history-line.ts";
import type { Call } from "../history/history.ts";
import type { NounRecord } from "../truth/topic-record.ts";
import type { Truth } from "../truth/truth.ts";

export const ANOMALIES = [
  "acknowledged and lost",
  "refused and applied",
  "applied twice",
  "order broken",
  "backward read",
  "own write not read",
  "watch gap",
  "watch repeat",
  "past changed",
  "untrue answer",
  "untrue cut",
  "untrue record",
  "unexpected answer",
] as const;
export type AnomalyKind = (typeof ANOMALIES)[number];

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly detail: string;
  /** The calls that show it. */
  readonly calls: readonly number[];
  /** Where on the topics: `topic/partition@offset`. */
  readonly place?: string;
}

/** What a check looks at. */
export interface Evidence {
  readonly workspace: string;
  readonly lines: readonly HistoryLine[];
  readonly calls: readonly Call[];
  readonly truth: Truth;
  readonly nouns: readonly NounRecord[];
}

export type Check = (evidence: Evidence) => readonly Anomaly[];

export function placeOfRevision(truth: Truth, revision: number): { readonly place?: string } {
  const offset = truth.at(revision)?.offset;
  return offset === undefined ? {} : { place: `titan.change/0@${offset}` };
}
