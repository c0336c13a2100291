import type { EventLog } from "@titan/event-log";
import { readStatement } from "./read-statement.ts";
import { readToEnd } from "./read-to-end.ts";

interface Latest {
  readonly revision: number;
  readonly current: unknown;
}

/**
 * Per key of a noun topic with one partition the value with the highest label, as far as the topic
 * holds it now; keys that were deleted are left out. For a look at start-up, not for deciding.
 */
export async function latestOf(log: EventLog, topic: string): Promise<ReadonlyMap<string, Latest>> {
  const latest = new Map<string, Latest>();
  await readToEnd(log, topic, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind !== "statement") return;
    const { key, revision, current } = read.statement;
    if ((latest.get(key)?.revision ?? -1) <= revision) latest.set(key, { revision, current });
  });
  for (const [key, { current }] of latest) if (current === null) latest.delete(key);
  return latest;
}
