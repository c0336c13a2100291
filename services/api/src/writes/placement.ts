import {
  compareByRendezvous,
  rendezvousHash,
  weightOfHashes,
  type Deployment,
  type Host,
  type World,
} from "@titan/domain";
import { selects, type NounLookup } from "./world-after.ts";

/** The labels that a template needs of a host. */
export function labelsNeeded(world: World, nouns: NounLookup, template: string): readonly string[] {
  const noun = nouns.get("Template", template);
  if (noun === undefined) return [];
  const parse = world.parses.of(noun);
  return parse.ok ? parse.template.hostLabels : [];
}

/** Whether a host is eligible: selected, in scope, with every label that the template needs. */
export function isEligible(
  nouns: NounLookup,
  deployment: Deployment,
  needed: readonly string[],
  host: Host,
): boolean {
  const target = nouns.get("Target", deployment.target);
  return target !== undefined && selects(target, needed, host);
}

/** The hosts that a deployment is on: what target-delta, replica-assignment and fan-out make of it. */
export function hostsOf(world: World, nouns: NounLookup, key: string): ReadonlySet<string> {
  const deployment = nouns.get("Deployment", key);
  const target = deployment === undefined ? undefined : nouns.get("Target", deployment.target);
  if (deployment === undefined || target === undefined) return new Set();
  const needed = labelsNeeded(world, nouns, deployment.template);
  const eligible = new Set(nouns.hostsOf(target, needed));
  if (deployment.replicas === null) return eligible;
  const hash = rendezvousHash(key);
  const weighed = [...eligible].map((host) => ({
    host,
    weight: weightOfHashes(hash, rendezvousHash(host)),
  }));
  weighed.sort(compareByRendezvous);
  return new Set(weighed.slice(0, deployment.replicas).map(({ host }) => host));
}
