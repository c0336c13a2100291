import type { ApiContext } from "./api-context.ts";
import { ApiProblem } from "./problem.ts";

const WHOLE = /^[0-9]{1,15}$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A revision or a point in time, as people give it. */
export type PointInHistory =
  | { readonly kind: "revision"; readonly revision: number }
  | { readonly kind: "time"; readonly timeMs: number };

export function wholeNumber(name: string, text: string): number {
  if (!WHOLE.test(text)) {
    throw ApiProblem.of(
      "bad-query",
      `${name} is a whole number, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  return Number(text);
}

export function pointInHistory(name: string, text: string): PointInHistory {
  if (WHOLE.test(text)) return { kind: "revision", revision: Number(text) };
  const timeMs = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(timeMs)) {
    const shown = JSON.stringify(text.slice(0, 40));
    throw ApiProblem.of(
      "bad-query",
      `${name} is a revision or a time such as 2026-11-21T10:00:00Z, not ${shown}`,
    );
  }
  return { kind: "time", timeMs };
}

/** Waits until the nouns are at a revision, or says that they lag. */
export async function requireRevision(context: ApiContext, revision: number): Promise<void> {
  const { nouns } = context.model;
  if (await nouns.waiters.wait(nouns.revision, revision, context.timing.lagTimeoutMs)) return;
  throw ApiProblem.of(
    "lagging",
    `this server has read changes up to ${nouns.revision}, not ${revision}`,
    {
      headers: { "retry-after": "1" },
      fields: {
        revision: nouns.revision,
        lagging: [{ topic: "titan.change", revision: nouns.revision }],
      },
    },
  );
}

/** Waits until the derived records are at a cut at or above a revision, or names what lags. */
export async function requireDerived(context: ApiContext, revision: number): Promise<void> {
  const { derived } = context.model;
  if (await derived.waiters.wait(derived.cut ?? -1, revision, context.timing.lagTimeoutMs)) return;
  const lagging = derived.lagging();
  const named = lagging.map(
    ({ topic, partition, revision: at }) => `${topic}/${partition} at ${at}`,
  );
  throw ApiProblem.of(
    "lagging",
    `what follows from revision ${revision} is not worked out yet: ${named.slice(0, 8).join(", ")}`,
    { headers: { "retry-after": "1" }, fields: { revision: derived.cut ?? 0, lagging } },
  );
}

/**
 * The revision at which a read is to be answered: the one asked for, or undefined for the present
 * one, with the nouns waited for where that was asked.
 */
export async function revisionToRead(
  context: ApiContext,
  query: { readonly at?: string; readonly minRevision?: string },
): Promise<number | undefined> {
  if (query.minRevision !== undefined) {
    await requireRevision(context, wholeNumber("minRevision", query.minRevision));
  }
  if (query.at === undefined) return undefined;
  const point = pointInHistory("at", query.at);
  const { nouns } = context.model;
  const revision =
    point.kind === "revision" ? point.revision : nouns.changes.revisionAt(point.timeMs);
  if (revision < 1) {
    throw ApiProblem.of("gone", "there was nothing yet: the oldest revision is 1", {
      fields: { oldest: 1 },
    });
  }
  await requireRevision(context, revision);
  return revision;
}
