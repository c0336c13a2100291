import { attemptsByName, type Write } from "../history/history.ts";
import { placeOfRevision, type Anomaly, type Check } from "./anomaly.ts";

/** Each change has one verdict, in the feed and in all answers, however often it was asked for. */
export const appliedTwice: Check = ({ calls, truth }) => {
  const attempts = attemptsByName(calls);
  const found: Anomaly[] = [];
  const first = new Map<string, number>();
  for (const { reason, revision } of truth.counted) {
    const writes = attempts.get(reason);
    if (writes === undefined) continue;
    const before = first.get(reason);
    if (before === undefined) first.set(reason, revision);
    else {
      found.push({
        kind: "applied twice",
        detail: `${reason} was decided at ${before} and again at ${revision}`,
        calls: writes.map(({ call }) => call),
        ...placeOfRevision(truth, revision),
      });
    }
  }
  for (const [name, writes] of attempts) {
    const verdicts = new Map(writes.flatMap((write) => verdictOf(write)));
    if (verdicts.size < 2) continue;
    found.push({
      kind: "applied twice",
      detail: `${name} was answered differently: ${[...verdicts.keys()].join("; ")}`,
      calls: [...verdicts.values()],
    });
  }
  return found;
};

function verdictOf({ call, answer }: Write): readonly (readonly [string, number])[] {
  if (answer?.is !== "accepted" && answer?.is !== "refused") return [];
  return [[`${answer.is} at ${answer.revision} as ${answer.changeId}`, call]];
}
