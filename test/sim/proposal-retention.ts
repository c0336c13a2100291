import type { Commit } from "@titan/domain";
import type { SimulatedLog } from "@titan/event-log/testing";

const TOPIC = "titan.proposal";
const AGE_MS = 30 * 24 * 60 * 60 * 1_000;

/**
 * Takes every proposal that may go: decided, and so long ago that its id is known no more. Whether
 * it is 30 days old does not matter: time is what the seed makes of it. False when there is none.
 */
export function expireOldest(
  log: SimulatedLog,
  commits: readonly Commit[],
  windowLength: number,
): boolean {
  return expireUpTo(log, commits.at(-1 - windowLength), 0);
}

/** Takes what is older than a log keeps; never what is not decided. */
export function expireByAge(log: SimulatedLog, commits: readonly Commit[]): boolean {
  return expireUpTo(log, commits.at(-1), AGE_MS);
}

function expireUpTo(log: SimulatedLog, commit: Commit | undefined, ageMs: number): boolean {
  const position = commit?.proposalPosition ?? -1;
  const records = log.peek(TOPIC, 0);
  const last = records.findLast(({ offset }) => offset <= position);
  if (last === undefined) return false;
  // Records that landed in one moment with one that must stay have to stay too.
  const next = records.find(({ offset }) => offset > last.offset);
  if (next?.timestampMs === last.timestampMs) return false;
  log.compactNow({ topic: TOPIC, upToMs: last.timestampMs, lagMs: ageMs });
  return true;
}
