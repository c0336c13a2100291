/** After so many rounds it is no longer noise. */
const ROUNDS_MAX = 100;
const ROUNDS_MIN = 5;

/**
 * How many times as much one piece of work costs as another, by the least time of each: whatever
 * else the machine does only adds. The two take turns, and go on while the answer is above
 * `enough`, so a noisy machine takes longer and answers the same.
 */
export function growthOf(small: () => void, large: () => void, enough: number): number {
  let leastSmall = Number.POSITIVE_INFINITY;
  let leastLarge = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    leastSmall = Math.min(leastSmall, msOf(small));
    leastLarge = Math.min(leastLarge, msOf(large));
    if (round >= ROUNDS_MIN && leastLarge <= leastSmall * enough) break;
  }
  return leastLarge / leastSmall;
}

function msOf(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
