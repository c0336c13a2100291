import { nounAs, type NounValue } from "../noun.ts";
import type { Event, Outcome, Proposal, Refusal } from "../records.generated.ts";
import { Refusals } from "../refusals.ts";
import { sameValue } from "../same-value.ts";
import { checkCeiling } from "./check-ceiling.ts";
import { checkIntegrity } from "./check-integrity.ts";
import { checkRendering } from "./check-rendering.ts";
import { Draft, type DraftEntry } from "./draft.ts";
import { planOperations } from "./proposal.ts";
import { RECORD_BYTES_MAX, recordSize } from "./record-size.ts";
import { References } from "./references.ts";
import { OperationRunner } from "./run-operation.ts";
import type { ReadableWorld } from "./world.ts";

export type Verdict =
  | {
      readonly accepted: true;
      /** One for each operation, in their order. */
      readonly outcomes: readonly Outcome[];
      /** One for each key that is another than before, in the order in which they were first touched. */
      readonly events: readonly Event[];
    }
  | { readonly accepted: false; readonly refusals: readonly Refusal[] };

/** What a decision depends on besides the world and the proposal. */
export interface DecidedAt {
  /** That of the commit that will hold the verdict. */
  readonly revision: number;
  /** How many hosts and deployments there may be together; no ceiling unless told. */
  readonly entityTopicsMax?: number;
}

/** What a commit holds besides its proposal's texts, outcomes and events. */
const COMMIT_OVERHEAD_BYTES = 1_024;

/**
 * Decides a proposal on a world: accepted as a whole, or refused with everything that is wrong. `at.revision` is that
 * of the commit that will hold the verdict, and becomes the incarnation of what is created. Pure and total: the world
 * stays as it is, equal worlds give equal verdicts, and no document makes it throw. Whether the proposal was decided
 * before is for the feed to know (`ProposalWindow`).
 */
export function decide(world: ReadableWorld, proposal: Proposal, at: DecidedAt): Verdict {
  const refusals = new Refusals();
  const operations = planOperations(proposal, refusals);
  const references = new References(world, operations, refusals);
  const draft = new Draft(world);
  const runner = new OperationRunner(draft, references, proposal.workspace, at.revision, refusals);
  const outcomes = operations.flatMap((operation) => runner.run(operation) ?? []);
  checkIntegrity(draft, references, refusals);
  if (at.entityTopicsMax !== undefined) checkCeiling(draft, at.entityTopicsMax, refusals);
  checkRendering(draft, refusals);
  const events = eventsOf(draft);
  if (refusals.count === 0) checkSize(proposal, outcomes, events, refusals);
  if (refusals.count > 0) return { accepted: false, refusals: refusals.list };
  return { accepted: true, outcomes, events };
}

/** One event for each key, whatever the number of operations on it. A key that ends as it was has none. */
function eventsOf(draft: Draft): readonly Event[] {
  const events: Event[] = [];
  for (const entry of draft.entries) {
    const { kind, key, before } = entry;
    const previous = before?.value ?? null;
    const current = completed(entry, draft);
    if (sameValue(previous, current)) continue;
    events.push({ kind, key, op: current === null ? "DELETE" : "UPDATE", previous, current });
  }
  return events;
}

/** A new token gets the incarnation that its host has after the whole proposal. */
function completed({ kind, after }: DraftEntry, draft: Draft): NounValue | null {
  if (kind !== "Token" || after === null) return after;
  const token = nounAs(kind, after);
  if (token.host === "" || token.hostCreatedRevision !== 0) return after;
  const hostCreatedRevision = draft.get("Host", token.host)?.createdRevision ?? 0;
  return { ...token, hostCreatedRevision };
}

function checkSize(
  { id, workspace, actor, reason, traceparent }: Proposal,
  outcomes: readonly Outcome[],
  events: readonly Event[],
  refusals: Refusals,
): void {
  const texts = recordSize([id, workspace, actor, reason, traceparent]);
  const bytes = COMMIT_OVERHEAD_BYTES + texts + recordSize(outcomes) + recordSize(events);
  if (bytes <= RECORD_BYTES_MAX) return;
  const detail = `with all previous and new values the change takes up to ${bytes} bytes, and ${RECORD_BYTES_MAX} are allowed`;
  refusals.add("commit-too-large", "/operations", detail, "split it into several changes");
}
