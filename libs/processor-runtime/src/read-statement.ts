import { SharedRecord, type LogRecord } from "@titan/event-log";
import { CodecError, decodeAs, decoderOf, nameOf } from "@titan/schema-codec";
import type { Frontier, Mark } from "@titan/domain";
import type { Origin, Statement } from "./statement.ts";

/** What a record of a noun topic, a derived topic or the frontier topic says. */
export type Read =
  | { readonly kind: "statement"; readonly statement: Statement }
  | { readonly kind: "mark"; readonly mark: Mark; readonly offset: number }
  | { readonly kind: "frontier"; readonly frontier: Frontier; readonly offset: number }
  | { readonly kind: "unreadable"; readonly error: CodecError; readonly record: LogRecord };

/** Never throws: what can not be read is `unreadable`, and the sums show whether it was needed. */
export function readStatement(record: LogRecord): Read {
  return SharedRecord.reading(record, decodeRecord);
}

/** What a reader needs of a statement; what was before and what it comes from is for people. */
const statementIn = decoderOf([
  "revision",
  "current",
  "hash",
  "changeId",
  "actor",
  "reason",
  "occurredAt",
]);

/** Records of one change share the description of where they come from, others share its texts. */
let lastOrigin: Origin = { revision: -1, changeId: "", actor: "", reason: "", occurredAt: 0 };

function originOf({ revision, changeId, actor, reason, occurredAt }: Origin): Origin {
  const last = lastOrigin;
  if (last.revision !== revision || last.changeId !== changeId) {
    lastOrigin = {
      revision,
      changeId,
      actor: last.actor === actor ? last.actor : actor,
      reason: last.reason === reason ? last.reason : reason,
      occurredAt,
    };
  }
  return lastOrigin;
}

function statementOf({ key, value, offset }: LogRecord): Statement {
  const read = statementIn(value).value as Omit<Statement, "key" | "offset" | "origin"> & Origin;
  const { revision, hash, current } = read;
  return { key, revision, hash, current, offset, origin: originOf(read) };
}

function decodeRecord(record: LogRecord): Read {
  try {
    const name = nameOf(record.value);
    switch (name) {
      case "mark":
        return { kind: "mark", mark: decodeAs(name, record.value), offset: record.offset };
      case "frontier":
        return { kind: "frontier", frontier: decodeAs(name, record.value), offset: record.offset };
      case "commit":
      case "proposal":
      case "dead-letter":
      case "git-commit":
      case "host-status":
      case "report":
        throw new CodecError("wrong-record", `a ${name} is not a statement`);
      case "assignment":
      case "deployment":
      case "host":
      case "host-deployment":
      case "host-target":
      case "rendered-deployment":
      case "target":
      case "template":
      case "token":
      case "view":
      case "workload":
      case "workspace":
        return { kind: "statement", statement: statementOf(record) };
    }
  } catch (error) {
    if (error instanceof CodecError) return { kind: "unreadable", error, record };
    throw error;
  }
}
