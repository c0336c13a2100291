import type { Commit, Proposal, Verdict } from "@titan/domain";
import { RECORD_BYTES_MAX } from "@titan/event-log";
import { encode } from "@titan/schema-codec";

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
 * The record of a verdict. A change whose record would be too large for the log is refused here,
 * where its size is known to the byte.
 */
export function sealCommit(decided: Decided): {
  readonly commit: Commit;
  readonly value: Uint8Array;
} {
  const commit = commitOf(decided, decided.verdict);
  const value = encode("commit", commit);
  if (value.length <= RECORD_BYTES_MAX) return { commit, value };
  const refused = commitOf(decided, {
    accepted: false,
    refusals: [
      {
        code: "commit-too-large",
        pointer: "",
        detail: `the change makes a record of ${value.length} bytes; at most ${RECORD_BYTES_MAX} fit`,
        hint: "split it into several changes",
      },
    ],
  });
  return { commit: refused, value: encode("commit", refused) };
}

function commitOf(
  { proposal, position, revision, id, last, now }: Decided,
  verdict: Verdict,
): Commit {
  return {
    revision,
    id,
    predecessor: last?.id ?? "",
    proposalId: proposal.id,
    proposalPosition: position,
    changeId: proposal.id,
    workspace: proposal.workspace,
    actor: proposal.actor,
    reason: proposal.reason,
    committedAt: Math.max(now, last?.committedAt ?? 0),
    traceparent: proposal.traceparent,
    accepted: verdict.accepted,
    refusals: verdict.accepted ? [] : verdict.refusals,
    outcomes: verdict.accepted ? verdict.outcomes : [],
    events: verdict.accepted ? verdict.events : [],
    installation: null,
  };
}
