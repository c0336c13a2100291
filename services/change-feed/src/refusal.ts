import type { Proposal, Verdict } from "@titan/domain";

/** What the feed itself refuses, besides the codes of the domain. */
export const FEED_CODES = {
  "outcome-unknown":
    "The proposal is older than the proposals that are remembered: it may have been decided already.",
} as const;

/** The sender had last looked at a revision whose successors' ids are no longer known. */
export function tooOld(proposal: Proposal, oldest: number): Verdict {
  return {
    accepted: false,
    refusals: [
      {
        code: "outcome-unknown" satisfies keyof typeof FEED_CODES,
        pointer: "",
        detail: `the proposal was made at revision ${proposal.seen}, before revision ${oldest}: whether it was decided already is not known any more`,
        hint: "look whether the change is there; if not, submit it again under a new id",
      },
    ],
  };
}
