import { createHash } from "node:crypto";
import { PROPOSAL_TEXT_LENGTH_MAX, type Proposal } from "@titan/domain";

/**
 * What a commit records of its proposal. A proposal whose texts are too long is refused, and the
 * refusal must fit in a record whatever its author sent: texts are cut off. An id is cut off too,
 * with a digest of the whole in place of its end, so that two never become one; the feed knows
 * proposals by this id, before and after a restart.
 */
export function recordedProposal(
  proposal: Proposal,
): Pick<Proposal, "id" | "workspace" | "actor" | "reason" | "traceparent"> {
  return {
    id: recordedId(proposal.id),
    workspace: clip(proposal.workspace),
    actor: clip(proposal.actor),
    reason: clip(proposal.reason),
    traceparent: clip(proposal.traceparent),
  };
}

export function recordedId(id: string): string {
  if (id.length <= PROPOSAL_TEXT_LENGTH_MAX) return id;
  const digest = createHash("sha256").update(id).digest("hex");
  return `${id.slice(0, PROPOSAL_TEXT_LENGTH_MAX - digest.length).toWellFormed()}${digest}`;
}

function clip(text: string): string {
  if (text.length <= PROPOSAL_TEXT_LENGTH_MAX) return text;
  return text.slice(0, PROPOSAL_TEXT_LENGTH_MAX).toWellFormed();
}
