import {
  decide,
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
export function decideOneByOne(world: World, proposal: Proposal, revision: number): Verdict {
  const whole = decide(world, proposal, { revision });
  if (!whole.accepted) return whole;
  const events: Event[] = [];
  const outcomes: Outcome[] = [];
  for (const operation of proposal.operations) {
    const verdict = decide(world, { ...proposal, operations: [operation] }, { revision });
    if (!verdict.accepted) return whole;
    world.apply(verdict.events, revision);
    events.push(...verdict.events);
    outcomes.push(...verdict.outcomes);
  }
  return { accepted: true, events, outcomes };
}
