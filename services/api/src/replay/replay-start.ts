import type { LogRecord } from "@titan/event-log";
import type { Decoded } from "@titan/schema-codec";
import type { ApiContext } from "../api-context.ts";
import { CHANGE_TOPIC } from "@titan/processor-runtime";
import { ApiProblem } from "../problem.ts";
import { pointInHistory } from "../read-revision.ts";

/** Where a replay begins. */
export interface ReplayStart {
  readonly offset: number;
  /** Whether a record behind that offset belongs to it. */
  includes(record: LogRecord, decoded: Decoded | undefined): boolean;
}

const OFFSET = /^@([0-9]{1,15})$/;

/** `from`: a revision, `@offset` or a time. Records without a label are taken by time. */
export function replayStartOf(
  { model }: ApiContext,
  stream: string,
  from: string | undefined,
): ReplayStart {
  if (from === undefined) return { offset: 0, includes: () => true };
  const offset = OFFSET.exec(from)?.[1];
  if (offset !== undefined) return { offset: Number(offset), includes: () => true };
  if (from.startsWith("@")) throw ApiProblem.of("bad-query", "from=@… is followed by an offset");
  const point = pointInHistory("from", from);
  if (point.kind === "time") {
    return { offset: 0, includes: ({ timestampMs }) => timestampMs >= point.timeMs };
  }
  const { revision } = point;
  const position = stream === CHANGE_TOPIC ? model.nouns.changes.positionOf(revision) : undefined;
  const committedAt = model.nouns.changes.at(revision)?.committedAt ?? 0;
  return {
    // The feed lies in the order of its revisions; other streams hold late records.
    offset: position ?? 0,
    includes: (record, decoded) => {
      const label = labelOf(decoded);
      return label === undefined ? record.timestampMs >= committedAt : label >= revision;
    },
  };
}

function labelOf(decoded: Decoded | undefined): number | undefined {
  if (decoded === undefined) return undefined;
  switch (decoded.name) {
    case "proposal":
    case "report":
    case "dead-letter":
    case "host-status":
      return undefined;
    case "assignment":
    case "commit":
    case "deployment":
    case "frontier":
    case "git-commit":
    case "host":
    case "host-deployment":
    case "host-target":
    case "mark":
    case "rendered-deployment":
    case "target":
    case "template":
    case "token":
    case "view":
    case "workload":
    case "workspace":
      return decoded.value.revision;
  }
}
