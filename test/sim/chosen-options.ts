import { seededRandom } from "@titan/event-log/testing";
import { CLUSTER_FAULT_NAMES } from "./cluster-faults.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { HOST_FORTUNES } from "./sim-host-fortunes.ts";

/** Each thing that may go wrong is left out in so many of the histories: some bugs hide behind others. */
const LEFT_OUT = 0.25;

/** The options as they are played: without what the seed leaves out, if a subset is asked for. */
export function chosenOptions(options: ClusterOptions): ClusterOptions {
  if (options.isSubset !== true) return options;
  const random = seededRandom(options.seed + 2 ** 50);
  const isKept = (): boolean => random() >= LEFT_OUT;
  const kept = (chances: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(chances).map(([name, chance]) => [name, isKept() ? chance : 0]),
    );
  const own: Record<string, number> = {};
  // A version that is never put in force is another thing: whether there are owners of it.
  for (const name of CLUSTER_FAULT_NAMES) {
    const chance = options[name] ?? 0;
    own[name] = isKept() ? chance : 0;
  }
  // Who watches costs more than what is watched: not everybody looks at every history.
  const parts = {
    replicas: Math.floor(random() * 3),
    git: random() < 0.7,
    hosts: 1 + Math.floor(random() * 2),
  };
  const fortunes = kept({ ...HOST_FORTUNES, ...options.fortunes });
  return { ...parts, ...options, ...own, faults: kept(options.faults), fortunes, isSubset: false };
}
