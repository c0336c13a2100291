import { decide } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import { ApiProblem } from "../problem.ts";
import { withoutOperation } from "./answer-write.ts";
import { effectsOf, type Effect } from "./effects.ts";
import type { Submission } from "./submitter.ts";

export interface DryRunAnswer {
  readonly changeId: string;
  readonly accepted: true;
  readonly outcomes: readonly {
    readonly kind: string;
    readonly key: string;
    readonly result: string;
  }[];
  readonly effects: readonly Effect[];
  /** How many there are, when they are not all listed. */
  readonly effectCount?: number;
}

/** So many effects are listed. */
const EFFECTS_MAX = 10_000;

/** What the feed would say now, and what would follow for the hosts. Nothing is written. */
export function answerDryRun(
  { model, submitter, options }: ApiContext,
  submission: Submission,
  single: boolean,
): DryRunAnswer {
  const { world, revision } = model.nouns;
  const proposal = submitter.proposalOf(submission);
  const { entityTopicsMax = Infinity } = options;
  const verdict = decide(world, proposal, { revision: revision + 1, entityTopicsMax });
  if (!verdict.accepted) {
    const refusals = single ? verdict.refusals.map(withoutOperation) : verdict.refusals;
    throw ApiProblem.ofRefusals(refusals, { dryRun: true });
  }
  const { outcomes, events } = verdict;
  const all = effectsOf(model.nouns, events);
  const effects = all.slice(0, EFFECTS_MAX);
  const more = all.length > effects.length ? { effectCount: all.length } : {};
  return { changeId: proposal.id, accepted: true, outcomes, effects, ...more };
}
