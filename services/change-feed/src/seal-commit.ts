import type { Commit, Proposal, Refusal, Verdict } from "@titan/domain";
import { RECORD_BYTES_MAX } from "@titan/event-log";
import { encode } from "@titan/schema-codec";
import { recordedProposal } from "./recorded-proposal.ts";

export interface Decided {
  readonly proposal: Proposal;
  readonly position: number;
  readonly verdict: Verdict;
  readonly revision: number;
  readonly id: string;
  readonly last: Commit | undefined;
  readonly now: number;
}

/**
 * The record of a verdict; it always fits in the log. A change whose record would be too large is
 * refused here, where its size is known to the byte, and of too many refusals the first are kept.
 */
export function sealCommit(decided: Decided): {
  readonly commit: Commit;
  readonly value: Uint8Array;
} {
  let { verdict } = decided;
  for (;;) {
    const commit = commitOf(decided, verdict);
    const value = encode("commit", commit);
    if (value.length <= RECORD_BYTES_MAX) return { commit, value };
    verdict = { accepted: false, refusals: fewerRefusals(verdict, value.length) };
  }
}

/** Ends at one refusal without a hint, which fits with the longest texts that are recorded. */
function fewerRefusals(verdict: Verdict, bytes: number): readonly Refusal[] {
  if (verdict.accepted) {
    return [
      {
        code: "commit-too-large",
        pointer: "",
        detail: `the change makes a record of ${bytes} bytes; at most ${RECORD_BYTES_MAX} fit`,
        hint: "split it into several changes",
      },
    ];
  }
  const kept = verdict.refusals.slice(0, Math.floor(verdict.refusals.length / 2));
  const detail = `only the first ${kept.length} of what is wrong are listed`;
  return [...kept, { code: "too-many-refusals", pointer: "", detail, hint: "" }];
}

function commitOf(
  { proposal, position, revision, id, last, now }: Decided,
  verdict: Verdict,
): Commit {
  const recorded = recordedProposal(proposal);
  return {
    revision,
    id,
    predecessor: last?.id ?? "",
    proposalId: recorded.id,
    proposalPosition: position,
    changeId: recorded.id,
    workspace: recorded.workspace,
    actor: recorded.actor,
    reason: recorded.reason,
    committedAt: Math.max(now, last?.committedAt ?? 0),
    traceparent: recorded.traceparent,
    accepted: verdict.accepted,
    refusals: verdict.accepted ? [] : verdict.refusals,
    outcomes: verdict.accepted ? verdict.outcomes : [],
    events: verdict.accepted ? verdict.events : [],
    installation: null,
  };
}
