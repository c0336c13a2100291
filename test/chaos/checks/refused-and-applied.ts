import { attemptsByName, type Write } from "../history/history.ts";
import { placeOfRevision, type Check } from "./anomaly.ts";

/** What was refused, or could only be refused, or was never done by any attempt, is not in the feed. */
export const refusedAndApplied: Check = ({ calls, truth }) => {
  const attempts = attemptsByName(calls);
  return truth.counted.flatMap((commit) => {
    const writes = attempts.get(commit.reason);
    if (writes === undefined || !commit.accepted) return [];
    const why = whyNot(writes);
    if (why === undefined) return [];
    return [
      {
        kind: "refused and applied" as const,
        detail: `${commit.reason} ${why}, and was applied at ${commit.revision}`,
        calls: writes.map(({ call }) => call),
        ...placeOfRevision(truth, commit.revision),
      },
    ];
  });
};

/** Why a change must not have been applied. */
function whyNot(writes: readonly Write[]): string | undefined {
  const refused = writes.find(({ answer }) => answer?.is === "refused");
  if (refused?.answer?.is === "refused") return `was refused (${refused.answer.codes.join(", ")})`;
  if (writes.some(({ request }) => request.mustBeRefused)) return "breaks a rule";
  const isNever = writes.every(({ answer }) => answer?.is === "not-done");
  return isNever ? "was said not to be done" : undefined;
}
