import { Cluster } from "./cluster.ts";
import { EVERYTHING, type Plant } from "./plants.ts";

export interface FoundPlant {
  /** How many seeds were played, the one that found it included. */
  readonly seeds: number;
  readonly violation: string;
}

/** Plays seeds from 0 on until one shows the planted mistake; undefined when none of `seedsMax` does. */
export async function findPlant(
  { options }: Plant,
  seedsMax: number,
): Promise<FoundPlant | undefined> {
  for (let seed = 0; seed < seedsMax; seed += 1) {
    const { violations } = await new Cluster({ ...EVERYTHING, ...options, seed }).play();
    const [violation] = violations;
    if (violation !== undefined) return { seeds: seed + 1, violation };
  }
  return undefined;
}
