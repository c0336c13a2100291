import type { HistoryLine } from "../history/history-line.ts";
import { callsOf } from "../history/history.ts";
import type { ReadTopics } from "../truth/topic-record.ts";
import { Truth } from "../truth/truth.ts";
import { acknowledgedAndLost } from "./acknowledged-and-lost.ts";
import type { Anomaly, Check } from "./anomaly.ts";
import { appliedTwice } from "./applied-twice.ts";
import { backwardRead } from "./backward-read.ts";
import { orderBroken } from "./order-broken.ts";
import { pastChanged } from "./past-changed.ts";
import { refusedAndApplied } from "./refused-and-applied.ts";
import { unexpectedAnswer } from "./unexpected-answer.ts";
import { untrueAnswer } from "./untrue-answer.ts";
import { untrueCut } from "./untrue-cut.ts";
import { untrueRecord } from "./untrue-record.ts";
import { watchBroken } from "./watch-broken.ts";

const CHECKS: readonly Check[] = [
  acknowledgedAndLost,
  refusedAndApplied,
  appliedTwice,
  orderBroken,
  backwardRead,
  watchBroken,
  pastChanged,
  untrueAnswer,
  untrueCut,
  untrueRecord,
  unexpectedAnswer,
];

/**
 * All anomalies of a history about the objects of one workspace, given what was read from the
 * topics when all was over. Nothing of the product is asked or used.
 */
export function checkHistory(
  workspace: string,
  lines: readonly HistoryLine[],
  { commits, nouns }: ReadTopics,
): readonly Anomaly[] {
  const truth = new Truth(commits);
  const own = nouns.filter(({ key }) => key.startsWith(`${workspace}/`));
  const evidence = { workspace, lines, calls: callsOf(lines), truth, nouns: own };
  return CHECKS.flatMap((check) => check(evidence));
}
