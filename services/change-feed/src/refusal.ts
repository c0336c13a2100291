import type { Proposal, Verdict } from "@titan/domain";

/** What the feed itself refuses, besides the codes of the domain. */
export const FEED_CODES = {
  "outcome-unknown":
    "The proposal is older than the proposals that are remembered: it may have been decided already.",
} as const;

/**
 * The refusal of a proposal of which nobody can say whether it was decided already, or undefined. Its
 * sender had last looked at a revision whose successors' ids are no longer known, or at one above
 * `counted`: then it saw another history than this one, as before a backup was restored, and if it
 * were taken its id would be forgotten while its revision still looked new.
 */
export function outcomeUnknown(
  { seen }: Proposal,
  counted: number,
  windowLength: number,
): Verdict | undefined {
  const oldest = counted - windowLength;
  if (seen >= oldest && seen <= counted) return undefined;
  const where =
    seen < oldest
      ? `before revision ${oldest}: whether it was decided already is not known any more`
      : `and there are only ${counted}: whether it was decided before the log was another is not known`;
  return {
    accepted: false,
    refusals: [
      {
        code: "outcome-unknown" satisfies keyof typeof FEED_CODES,
        pointer: "",
        detail: `the proposal was made at revision ${seen}, ${where}`,
        hint: "look whether the change is there; if not, submit it again under a new id",
      },
    ],
  };
}
