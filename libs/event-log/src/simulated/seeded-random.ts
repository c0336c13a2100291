/** A number in [0, 1), like `Math.random`, but from a seed. */
export type Random = () => number;

/**
 * The same numbers for the same seed, on every machine. Not for secrets.
 *
 * sfc32 by Chris Doty-Humphrey (PractRand), seeded as in bryc's collection of small generators
 * (https://github.com/bryc/code/blob/master/jshash/PRNGs.md), 12 rounds thrown away.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = seed >>> 0;
  let c = Math.floor(seed / 2 ** 32) >>> 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** An integer from 0 up to, not including, `below`. */
export function integerBelow(random: Random, below: number): number {
  return Math.floor(random() * below);
}
