import {
  decide,
  type DecidedAt,
  type Event,
  type Outcome,
  type Proposal,
  type Verdict,
  type World,
} from "@titan/domain";

/**
 * The mistake that the rule `oneEventPerKey` guards against: each operation makes an event of its
 * own, so a key can have two in one change, with one label. Only tests come here.
 */
export function decideOneByOne(world: World, proposal: Proposal, at: DecidedAt): Verdict {
  const { revision } = at;
  const whole = decide(world, proposal, at);
  if (!whole.accepted) return whole;
  const events: Event[] = [];
  const outcomes: Outcome[] = [];
  for (const operation of proposal.operations) {
    // The ceiling holds for the whole: a proposal may create before it deletes.
    const verdict = decide(world, { ...proposal, operations: [operation] }, { revision });
    if (!verdict.accepted) return whole;
    world.apply(verdict.events, revision);
    events.push(...verdict.events);
    outcomes.push(...verdict.outcomes);
  }
  return { accepted: true, events, outcomes };
}
