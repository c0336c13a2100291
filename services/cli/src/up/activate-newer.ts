import type { EventLog } from "@titan/event-log";
import {
  appendPersistently,
  readStatement,
  readToEnd,
  VIEW_TOPIC,
  type Clock,
} from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";

interface Offered {
  readonly name: string;
  readonly version: number;
}

/** A view whose version in force this build does not have. */
export interface OlderCode {
  readonly view: string;
  readonly offered: number;
  readonly inForce: number;
}

/**
 * Proposes the versions of this build where they are newer than those in force. Answers the views
 * for which this build is older: they wait, and somebody has to activate the version they have.
 */
export async function activateNewer(
  log: EventLog,
  clock: Clock,
  offered: readonly Offered[],
): Promise<readonly OlderCode[]> {
  const inForce = new Map<string, { readonly revision: number; readonly version: number }>();
  await readToEnd(log, VIEW_TOPIC, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind !== "statement") return;
    const { key, revision, current } = read.statement;
    if ((inForce.get(key)?.revision ?? -1) > revision) return;
    const version = (current as { readonly version: number } | null)?.version ?? 0;
    inForce.set(key, { revision, version });
  });
  // An installation that was made a moment ago has its versions in force already.
  if (inForce.size === 0) return [];
  const newer = offered.filter(({ name, version }) => version > (inForce.get(name)?.version ?? 0));
  if (newer.length > 0) {
    const value = encode("proposal", {
      id: `activate-${newer.map(({ name, version }) => `${name}-${version}`).join("-")}-after-${Math.max(...[...inForce.values()].map(({ revision }) => revision))}`,
      seen: Number.MAX_SAFE_INTEGER,
      workspace: "default",
      actor: "titan up",
      reason: "this build is newer",
      proposedAt: clock.now(),
      traceparent: "",
      operations: newer.map(({ name, version }) => ({
        action: "APPLY" as const,
        kind: "View",
        document: JSON.stringify({ kind: "View", metadata: { name }, spec: { version } }),
        expected: null,
      })),
    });
    const records = [{ key: "default", value }];
    await appendPersistently(log, [{ topic: "titan.proposal", partition: 0, records }], clock);
  }
  return offered.flatMap(({ name, version }) => {
    const found = inForce.get(name)?.version ?? 0;
    return version < found ? [{ view: name, offered: version, inForce: found }] : [];
  });
}
