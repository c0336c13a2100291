import { labelOf, renderedDeploymentOf, type Event, type Host, type World } from "@titan/domain";
import { hostsOf, isEligible, labelsNeeded } from "./placement.ts";
import { worldAfter, worldNow, type NounLookup, type NounsInForce } from "./world-after.ts";

/** What a change would mean for one host and deployment. */
export interface Effect {
  readonly host: string;
  readonly deployment: string;
  readonly effect: "gain" | "lose" | "change";
}

/** What would follow from the events of a change, by the functions that the views are made of. */
export function effectsOf(nouns: NounsInForce, events: readonly Event[]): readonly Effect[] {
  const { world } = nouns;
  const before = worldNow(nouns);
  const after = worldAfter(nouns, events);
  const changedHosts = new Set(events.filter(({ kind }) => kind === "Host").map(({ key }) => key));
  const effects: Effect[] = [];
  const whole = affectedDeployments(world, events, before, after);
  for (const deployment of whole) {
    const was = hostsOf(world, before, deployment);
    const is = hostsOf(world, after, deployment);
    const rendersAnew =
      contentOf(world, before, deployment) !== contentOf(world, after, deployment);
    for (const host of new Set([...was, ...is])) {
      const effect = effectOn(
        was.has(host),
        is.has(host),
        () =>
          rendersAnew ||
          (changedHosts.has(host) && hostDiffers(world, before, after, deployment, host)),
      );
      if (effect !== undefined) effects.push({ host, deployment, effect });
    }
  }
  for (const host of changedHosts) {
    effects.push(...effectsOnHost(world, before, after, host, whole));
  }
  return effects.sort(byHostAndDeployment);
}

/** Deployments that any host may gain, lose or see changed. */
function affectedDeployments(
  world: World,
  events: readonly Event[],
  before: NounLookup,
  after: NounLookup,
): ReadonlySet<string> {
  const affected = new Set<string>();
  for (const { kind, key } of events) {
    if (kind === "Deployment") affected.add(key);
    if (kind === "Target" || kind === "Template" || kind === "Workload") {
      for (const user of world.usersOf(kind, key)) affected.add(user);
    }
    // Where replicas are limited, a host that comes or goes moves those of others.
    if (kind !== "Host") continue;
    for (const deployment of world.keysOf("Deployment")) {
      const value = after.get("Deployment", deployment);
      if (value === undefined || value.replicas === null || affected.has(deployment)) continue;
      const touched = [before, after].some((nouns) => {
        const host = nouns.get("Host", key);
        const needed = labelsNeeded(world, nouns, value.template);
        return host !== undefined && isEligible(nouns, value, needed, host);
      });
      if (touched) affected.add(deployment);
    }
  }
  return affected;
}

function effectsOnHost(
  world: World,
  before: NounLookup,
  after: NounLookup,
  hostKey: string,
  done: ReadonlySet<string>,
): readonly Effect[] {
  const effects: Effect[] = [];
  const runs = (nouns: NounLookup, deployment: string): boolean => {
    const host = nouns.get("Host", hostKey);
    const value = nouns.get("Deployment", deployment);
    if (host === undefined || value === undefined) return false;
    return isEligible(nouns, value, labelsNeeded(world, nouns, value.template), host);
  };
  for (const deployment of world.keysOf("Deployment")) {
    if (done.has(deployment)) continue;
    const effect = effectOn(runs(before, deployment), runs(after, deployment), () =>
      hostDiffers(world, before, after, deployment, hostKey),
    );
    if (effect !== undefined) effects.push({ host: hostKey, deployment, effect });
  }
  return effects;
}

function effectOn(was: boolean, is: boolean, differs: () => boolean): Effect["effect"] | undefined {
  if (was !== is) return is ? "gain" : "lose";
  return is && differs() ? "change" : undefined;
}

/** What a deployment's stream holds: its incarnation and digest. */
function contentOf(world: World, nouns: NounLookup, key: string): string {
  const deployment = nouns.get("Deployment", key);
  if (deployment === undefined) return "";
  const workload = nouns.get("Workload", deployment.workload);
  const template = nouns.get("Template", deployment.template);
  if (workload === undefined || template === undefined) return "";
  const { digest } = renderedDeploymentOf(deployment, workload, world.parses.of(template));
  return `${deployment.createdRevision} ${digest}`;
}

/** Whether what is put in late differs: the host itself, or a label that the template names. */
function hostDiffers(
  world: World,
  before: NounLookup,
  after: NounLookup,
  deployment: string,
  hostKey: string,
): boolean {
  const was = before.get("Host", hostKey);
  const is = after.get("Host", hostKey);
  if (was === undefined || is === undefined) return false;
  if (was.createdRevision !== is.createdRevision) return true;
  const template = after.get("Deployment", deployment)?.template ?? "";
  const differs = (label: string): boolean => labelIn(was, label) !== labelIn(is, label);
  return labelsNeeded(world, after, template).some(differs);
}

function labelIn({ labels }: Host, label: string): string | undefined {
  return labelOf(labels, label);
}

function byHostAndDeployment(left: Effect, right: Effect): number {
  if (left.host !== right.host) return left.host < right.host ? -1 : 1;
  return left.deployment < right.deployment ? -1 : left.deployment > right.deployment ? 1 : 0;
}
