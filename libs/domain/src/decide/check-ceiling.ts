import type { Refusals } from "../refusals.ts";
import type { Draft, DraftEntry } from "./draft.ts";

/**
 * Checks that hosts and deployments, each of which has a topic of its own, do not become more than
 * `topicsMax`. Only growing is refused: where there are too many already, deleting, updating and
 * replacing one by another stay possible. One refusal, at the first creation that is too many.
 */
export function checkCeiling(draft: Draft, topicsMax: number, refusals: Refusals): void {
  const { world } = draft;
  const before = world.count("Host") + world.count("Deployment");
  const created: DraftEntry[] = [];
  let deleted = 0;
  for (const entry of draft.entries) {
    if (entry.kind !== "Host" && entry.kind !== "Deployment") continue;
    if (entry.before === undefined && entry.after !== null) created.push(entry);
    if (entry.before !== undefined && entry.after === null) deleted += 1;
  }
  const room = Math.max(before, topicsMax) - (before - deleted);
  const tooMany = created[room];
  if (tooMany === undefined) return;
  const after = before - deleted + created.length;
  refusals.add(
    "too-many-topics",
    tooMany.operation.pointer,
    `there would be ${after} hosts and deployments, each with a topic of its own; there are ${before}, and at most ${topicsMax} are allowed`,
    "use the sharded layout, which has no such topics (TITAN_LAYOUT=sharded), or raise TITAN_ENTITY_TOPICS_MAX if the brokers bear it: 3,000 for each is safe",
  );
}
