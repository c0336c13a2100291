import type { EventLog } from "@titan/event-log";
import { latestOf, proposeOwn, VIEW_TOPIC, type Clock } from "@titan/processor-runtime";

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
  const views = await latestOf(log, VIEW_TOPIC);
  // An installation that was made a moment ago has its versions in force already.
  if (views.size === 0) return [];
  const inForce = (name: string): number =>
    (views.get(name)?.current as { readonly version: number } | undefined)?.version ?? 0;
  const newer = offered.filter(({ name, version }) => version > inForce(name));
  if (newer.length > 0) {
    const last = Math.max(...[...views.values()].map(({ revision }) => revision));
    await proposeOwn(log, clock, {
      actor: "titan up",
      id: `activate-after-${last}-${newer.map(({ name, version }) => `${name}-${version}`).join("-")}`,
      reason: "this build is newer",
      operations: newer.map(({ name, version }) => ({
        action: "APPLY",
        kind: "View",
        document: { kind: "View", metadata: { name }, spec: { version } },
      })),
    });
  }
  return offered.flatMap(({ name, version }) =>
    version < inForce(name) ? [{ view: name, offered: version, inForce: inForce(name) }] : [],
  );
}

/** What somebody who started an older build is told to do. */
export function howToGoBack({ view, offered }: OlderCode): string {
  return `this build is older than what is in force and stops here; go back with: titan activate ${view} ${offered}`;
}
