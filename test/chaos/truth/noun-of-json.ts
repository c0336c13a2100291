import type { CommitEvent, CommitRecord, NounFields, NounRecord } from "./topic-record.ts";

/** Avro names the branch of a union of records, `{"titan.Host": {…}}`; that name is taken off. */
function unwrapped(value: unknown): NounFields | null {
  if (value === null || value === undefined) return null;
  if ("labels" in (value as object)) return value as NounFields;
  const [only] = Object.values(value as object);
  const { createdRevision, labels } = (only ?? {}) as Partial<NounFields>;
  // A view has neither, and nobody looks at it.
  return { createdRevision: Number(createdRevision ?? 0), labels: labels ?? {} };
}

interface CommitJson extends Omit<CommitRecord, "offset" | "events"> {
  readonly events: readonly {
    readonly kind: string;
    readonly key: string;
    readonly previous: unknown;
    readonly current: unknown;
  }[];
}

/** The fields of a commit that are looked at, of what a decoder gave. */
export function commitOfJson(offset: number, value: unknown): CommitRecord {
  const { revision, id, predecessor, changeId, reason, accepted, events } = value as CommitJson;
  return {
    offset,
    revision: Number(revision),
    id,
    predecessor,
    changeId,
    reason,
    accepted,
    events: events.map(({ kind, key, previous, current }): CommitEvent => ({
      kind,
      key,
      previous: unwrapped(previous),
      current: unwrapped(current),
    })),
  };
}

/** The fields of a noun's record that are looked at. */
export function nounOfJson(
  place: Pick<NounRecord, "topic" | "partition" | "offset">,
  kind: string,
  key: string,
  value: unknown,
): NounRecord {
  const { revision, current } = value as { readonly revision: number; readonly current: unknown };
  return { ...place, kind, key, revision: Number(revision), current: unwrapped(current) };
}
