import { CLUSTER_FAULT_NAMES } from "./cluster-faults.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { chosenOptions } from "./chosen-options.ts";
import { OPERATIONS_MAX } from "./generator.ts";
import { HOST_FORTUNES } from "./sim-host-fortunes.ts";

export interface Shrunk {
  readonly options: ClusterOptions;
  /** How many histories were played on the way. */
  readonly played: number;
}

/** So many histories at most, unless told. */
const PLAYED_MAX = 600;

/**
 * Makes a history that fails small: everything that it does without is left out, as long as it still
 * fails. Tried again and again until nothing more can go, largest parts first.
 */
export async function shrink(
  options: ClusterOptions,
  fails: (options: ClusterOptions) => Promise<boolean>,
  playedMax: number = PLAYED_MAX,
): Promise<Shrunk> {
  let best = chosenOptions(options);
  let played = 0;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const reduce of reductions(best)) {
      const smaller = reduce(best);
      if (smaller === undefined) continue;
      if (played >= playedMax) return { options: best, played };
      played += 1;
      if (!(await fails(smaller))) continue;
      best = smaller;
      isSmaller = true;
    }
  }
  return { options: best, played };
}

type Reduction = (options: ClusterOptions) => ClusterOptions | undefined;

/** Each answers undefined when what it takes away is not there any more. */
function* reductions(from: ClusterOptions): Generator<Reduction> {
  for (const part of [2, 4, 8]) {
    yield (options) => withFewer(options, Math.max(1, Math.floor(options.proposals / part)));
  }
  yield (options) => withFewer(options, 1);
  yield (options) => (options.git === false ? undefined : { ...options, git: false });
  yield (options) => (options.replicas === 0 ? undefined : { ...options, replicas: 0 });
  yield (options) => (options.hosts === 0 ? undefined : { ...options, hosts: 0 });
  yield (options) => (options.hosts === 1 ? undefined : { ...options, hosts: 1 });
  for (const name of CLUSTER_FAULT_NAMES) {
    yield (options) => ((options[name] ?? 0) === 0 ? undefined : { ...options, [name]: 0 });
  }
  for (const name of Object.keys(from.faults)) {
    yield (options) => {
      const { [name as keyof typeof options.faults]: chance, ...faults } = options.faults;
      return chance === undefined || chance === 0 ? undefined : { ...options, faults };
    };
  }
  for (const name of Object.keys(HOST_FORTUNES)) {
    yield (options) => {
      const fortunes = { ...HOST_FORTUNES, ...options.fortunes };
      const has = options.hosts !== 0 && fortunes[name as keyof typeof fortunes] > 0;
      return has ? { ...options, fortunes: { ...fortunes, [name]: 0 } } : undefined;
    };
  }
  for (let step = 0; step < from.proposals; step += 1) {
    yield (options) => without(options, step, "all");
  }
  for (let step = 0; step < from.proposals; step += 1) {
    for (let number = 0; number < OPERATIONS_MAX; number += 1) {
      yield (options) => without(options, step, number);
    }
  }
}

function withFewer(options: ClusterOptions, by: number): ClusterOptions | undefined {
  const proposals = options.proposals - by;
  return proposals < 1 ? undefined : { ...options, proposals };
}

function without(
  options: ClusterOptions,
  step: number,
  what: "all" | number,
): ClusterOptions | undefined {
  const left = options.leaveOut?.[step] ?? [];
  if (left === "all" || step >= options.proposals) return undefined;
  if (what !== "all" && left.includes(what)) return undefined;
  const leaveOut = { ...options.leaveOut, [step]: what === "all" ? what : [...left, what] };
  return { ...options, leaveOut };
}

/** How large a history is: what of it may still go. */
export function sizeOf(options: ClusterOptions): number {
  const { proposals, faults, leaveOut = {}, hosts = 2, replicas = 2, git = true } = options;
  const chances = CLUSTER_FAULT_NAMES.filter((name) => (options[name] ?? 0) > 0).length;
  const log = Object.values(faults).filter((chance) => chance > 0).length;
  const left = Object.keys(leaveOut).filter((step) => Number(step) < proposals).length;
  return proposals - left + chances + log + hosts + replicas + (git ? 1 : 0);
}
