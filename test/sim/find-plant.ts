import { playSeeds, seedsFrom } from "./seed-pool.ts";
import type { Plant } from "./plants.ts";

export interface FoundPlant {
  /** How many seeds were played up to the one that found it. */
  readonly seeds: number;
  readonly violation: string;
}

/** Plays seeds from 0 on until one shows the planted mistake; undefined when none of `seedsMax` does. */
export async function findPlant(
  { name }: Plant,
  seedsMax: number,
  threads: number,
): Promise<FoundPlant | undefined> {
  let found: FoundPlant | undefined;
  await playSeeds(seedsFrom(0, seedsMax, { plant: name }), threads, ({ seed, violations }) => {
    const [violation] = violations;
    // Threads do not end in the order of the seeds: the lowest counts.
    if (violation !== undefined && (found === undefined || seed < found.seeds)) {
      found = { seeds: seed + 1, violation };
    }
    return found === undefined;
  });
  return found;
}
