import { decide, World, type Commit, type Proposal } from "@titan/domain";
import { canonicalValue } from "./canonical.ts";

/** Every verdict must be the pure decision on the world of the commits before it. */
export function* wrongDecisions(
  commits: readonly Commit[],
  sent: readonly Proposal[],
): Generator<string> {
  const byId = new Map(sent.map((proposal) => [proposal.id, proposal]));
  const world = new World();
  for (const commit of commits) {
    const proposal = byId.get(commit.proposalId);
    const unknown = commit.refusals.some(({ code }) => code === "outcome-unknown");
    if (proposal !== undefined && !unknown) {
      const verdict = decide(world, proposal, { revision: commit.revision });
      const decided = verdict.accepted ? verdict.events : verdict.refusals;
      const recorded = commit.accepted ? commit.events : commit.refusals;
      if (canonicalValue(decided) !== canonicalValue(recorded)) {
        yield `commit ${commit.revision} is not the decision on the world before it`;
      }
    }
    world.apply(commit.events, commit.revision);
  }
}

/** Each id is accepted at most once, and every proposal that was acknowledged has a verdict. */
export function* wrongVerdicts(
  commits: readonly Commit[],
  acknowledged: ReadonlySet<string>,
): Generator<string> {
  const accepted = new Set<string>();
  const decided = new Set<string>();
  for (const { proposalId, accepted: taken, revision } of commits) {
    decided.add(proposalId);
    if (taken && accepted.has(proposalId)) {
      yield `proposal ${proposalId} is accepted again at ${revision}`;
    }
    if (taken) accepted.add(proposalId);
  }
  for (const id of acknowledged) {
    if (!decided.has(id)) yield `proposal ${id} was acknowledged and never decided`;
  }
}
