import { parseSelector, type Labels, type Selector } from "@titan/domain";

/**
 * The fleet over which Titan and its peers are measured, as a function of the numbers of its hosts
 * and targets. `kafka-streams/Workload.java` and `go-selectors/workload.go` are the same function:
 * the bench compares how many memberships each of the three finds.
 */
const MASK = (1n << 64n) - 1n;

/** Of an edit that flips many hosts: so many, if there are so many. */
export const FLIPPED_HOSTS = 100_000;
/** The hosts of the first so many of these carry another value of the same label. */
const FLIPPED_FIRST = 10_000;
const ENVIRONMENTS = ["prod", "stage", "dev"] as const;
/** An edit of a host's label `probe` joins or leaves this one, and with it this deployment. */
export const PROBE = 2;
/** The target that is edited to flip hosts: to either of these selectors. */
export const FLIP_TARGET = 1;
export const FLIP_SELECTORS = ["flip in (a,b)", "flip=none"] as const;
/** A target between narrow pairs, and what it is edited to. */
export const NARROW_TARGET = 50;
export const narrowSelector = (at: number): string => `site=s${(at * 7) % 500},tier=t${at % 8}`;

/** Splitmix64 (Steele, Lea and Flood, 2014) of a number, without its sign. */
function mix(seed: bigint): bigint {
  let z = ((seed + 1n) * 0x9e3779b97f4a7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return (z ^ (z >> 31n)) >> 1n;
}

const of = (number: bigint, each: bigint, count: bigint): number => Number((number / each) % count);

export const hostName = (at: number): string => `host-${String(at).padStart(7, "0")}`;
export const targetName = (at: number): string => `t${String(at).padStart(5, "0")}`;
export const deploymentName = (at: number): string => `d${at}`;

/** Of 10 regions, 8 tiers, 500 sites and 3 environments; one host in 20 has a GPU. 7 or 8 labels. */
export function hostLabels(at: number, probe = false): Labels {
  const h = mix(BigInt(at));
  const flip = at < FLIPPED_FIRST ? "a" : at < FLIPPED_HOSTS ? "b" : "c";
  return {
    region: `r${of(h, 1n, 10n)}`,
    tier: `t${of(h, 10n, 8n)}`,
    site: `s${of(h, 80n, 500n)}`,
    env: ENVIRONMENTS[of(h, 40_000n, 3n)] ?? "",
    managed: "yes",
    flip,
    probe: probe ? "on" : "off",
    ...(of(h, 120_000n, 20n) === 0 ? { gpu: "yes" } : {}),
  };
}

/** Three special ones, 37 broad pairs; then 80% of a site and a tier, 10% sets, 10% that exclude. */
export function selectorText(at: number): string {
  if (at === 0) return "managed";
  if (at === FLIP_TARGET) return FLIP_SELECTORS[1];
  if (at === PROBE) return "probe=on";
  if (at < 40) return `region=r${at % 10},tier=t${Math.floor(at / 10) % 8}`;
  const z = mix(BigInt(at) + 1_000_000_000n);
  const site = (each: bigint): string => `s${of(z, each, 500n)}`;
  if (at % 10 < 8) return `site=${site(1n)},tier=t${of(z, 500n, 8n)}`;
  const sites = `(${site(1n)},${site(500n)},${site(250_000n)})`;
  if (at % 10 === 8) return `site in ${sites},env=prod`;
  return `gpu,region=r${of(z, 1n, 10n)},tier=t${of(z, 10n, 8n)},site notin ${sites}`;
}

export function selectorOf(text: string): Selector {
  const parsed = parseSelector(text);
  if (!parsed.ok) throw new Error(`${text} is no selector`);
  return parsed.selector;
}

export const deploymentCount = (targets: number): number => Math.floor(targets / 10);

/** The first three use the special targets. */
export const deploymentTarget = (at: number): string => targetName(at < 3 ? at : at * 10);
