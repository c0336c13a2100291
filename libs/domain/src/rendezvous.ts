import { murmur2OfText } from "./partitioner.ts";

/**
 * Highest random weight: every pair of deployment and host has a weight of its own, and a deployment with N
 * replicas is on the N eligible hosts with the highest. A host that comes or goes moves only what it gains or loses.
 * (Thaler and Ravishankar, "A name-based mapping scheme for rendezvous", 1996.)
 */

/** One side of a pair, made ready: whoever weighs one host against many deployments hashes it once. */
export function rendezvousHash(key: string): number {
  return scatter(murmur2OfText(key));
}

/** The weight of a pair from two `rendezvousHash` values: 32 bits, unsigned. */
export function weightOfHashes(deploymentHash: number, hostHash: number): number {
  return scatter(Math.imul(deploymentHash, 0x9e3779b1) ^ hostHash) >>> 0;
}

/** The weight of a deployment on a host, from their keys `workspace/name`: 32 bits, unsigned. */
export function rendezvousWeight(deploymentKey: string, hostKey: string): number {
  return weightOfHashes(rendezvousHash(deploymentKey), rendezvousHash(hostKey));
}

export interface WeighedHost {
  readonly host: string;
  readonly weight: number;
}

/** Orders hosts for one deployment: the higher weight first, equal weights by host key. */
export function compareByRendezvous(left: WeighedHost, right: WeighedHost): number {
  if (left.weight !== right.weight) return right.weight - left.weight;
  if (left.host === right.host) return 0;
  return left.host < right.host ? -1 : 1;
}

/** The finaliser of murmur3: each bit of the input reaches every bit of the output. */
function scatter(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
