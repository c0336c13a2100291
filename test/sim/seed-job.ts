import { Cluster } from "./cluster.ts";
import type { ClusterOptions, ClusterResult } from "./cluster-options.ts";
import { EVERYTHING, PLANTS } from "./plants.ts";

/** What can be sent to another thread: options that are plain data, and the name of a plant. */
export interface SeedJob {
  readonly seed: number;
  /** A planted mistake; without one everything that may go wrong, in part. */
  readonly plant?: string;
  readonly options?: Partial<ClusterOptions>;
  /** Whether it is played again, to see that it is the same history. */
  readonly isTwice?: boolean;
}

export interface SeedOutcome extends ClusterResult {
  readonly seed: number;
}

/** The options that a job is played with. */
export function optionsOf({ seed, plant, options }: SeedJob): ClusterOptions {
  if (plant === undefined) return { ...EVERYTHING, isSubset: true, ...options, seed };
  const planted = PLANTS.find(({ name }) => name === plant);
  if (planted === undefined) throw new RangeError(`no plant is called ${plant}`);
  // Only those are there whom the mistake concerns: most seeds show nothing, and are to be quick.
  const hosts = planted.options.hostRules === undefined ? 0 : 2;
  const others = { hosts, replicas: 0, git: false, snapshot: 0, olderSnapshot: 0 };
  return { ...EVERYTHING, ...others, ...planted.options, ...options, seed };
}

/** Plays a seed; whatever is thrown on the way is a violation too. */
export async function playSeed(job: SeedJob): Promise<SeedOutcome> {
  const first = await playOnce(optionsOf(job));
  if (job.isTwice !== true || first.violations.length > 0) return { ...first, seed: job.seed };
  const second = await playOnce(optionsOf(job));
  const violations =
    first.trace === second.trace ? [] : ["a second run of the seed is another history"];
  return { ...first, violations, seed: job.seed };
}

export async function playOnce(options: ClusterOptions): Promise<ClusterResult> {
  const cluster = new Cluster(options);
  try {
    return await cluster.play();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      violations: [`thrown: ${text}`],
      revision: 0,
      believed: 0,
      compared: 0,
      faults: {},
      trace: "",
      events: 0,
      history: [],
    };
  }
}
