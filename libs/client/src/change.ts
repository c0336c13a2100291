import type { Action, Commit, Outcome, Proposal, Refusal } from "@titan/domain";
import { encode } from "@titan/schema-codec";

/** What somebody wants changed: all of it or nothing. */
export interface Change {
  /** `default` unless told. */
  readonly workspace?: string;
  /** Who wants it, for the audit record. */
  readonly actor: string;
  readonly reason?: string;
  readonly operations: readonly ChangeOperation[];
  /** Makes a repetition safe, also after a restart. Made by `newKey`; one of its own unless told. */
  readonly key?: ProposalKey;
}

export interface ChangeOperation {
  readonly action: Action;
  /** As in the contract: kind, metadata, spec. For a PATCH a merge patch, for a DELETE the names. */
  readonly object: { readonly kind: string; readonly metadata: object; readonly spec?: object };
  /** The revision that the object must have; 0: it must not exist. */
  readonly expected?: number;
}

/** Belongs to one change for good: a repetition carries it, and so the same bytes. */
export interface ProposalKey {
  readonly id: string;
  /** The newest revision that was seen when the id was made. */
  readonly seen: number;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
}

/** What the feed decided: committed for ever, the refusal too. */
export interface Verdict {
  readonly verdict: "accepted" | "refused";
  readonly revision: number;
  readonly changeId: string;
  /** Why it was refused; empty when it was accepted. */
  readonly problems: readonly Refusal[];
  /** What became of each operation; empty when it was refused. */
  readonly outcomes: readonly Outcome[];
}

/** The same change and key make the same bytes. Throws `CodecError` for what is no change. */
export function proposalBytes(change: Change, key: ProposalKey): Uint8Array {
  const proposal: Proposal = {
    id: key.id,
    seen: key.seen,
    workspace: workspaceOf(change),
    actor: change.actor,
    reason: change.reason ?? "",
    proposedAt: key.madeAt,
    traceparent: "",
    operations: change.operations.map(({ action, object, expected = null }) => ({
      action,
      kind: object.kind,
      document: JSON.stringify(object),
      expected,
    })),
  };
  return encode("proposal", proposal);
}

export function workspaceOf({ workspace = "default" }: Change): string {
  return workspace;
}

export function verdictOf({ accepted, revision, changeId, refusals, outcomes }: Commit): Verdict {
  const verdict = accepted ? "accepted" : "refused";
  return { verdict, revision, changeId, problems: refusals, outcomes };
}
