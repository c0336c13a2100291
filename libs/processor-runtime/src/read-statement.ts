import type { LogRecord } from "@titan/event-log";
import { CodecError, decode } from "@titan/schema-codec";
import type { Frontier, Mark } from "@titan/domain";
import type { Origin, Statement } from "./statement.ts";

/** What a record of a noun topic, a derived topic or the frontier topic says. */
export type Read =
  | { readonly kind: "statement"; readonly statement: Statement }
  | { readonly kind: "mark"; readonly mark: Mark; readonly offset: number }
  | { readonly kind: "frontier"; readonly frontier: Frontier; readonly offset: number }
  | { readonly kind: "unreadable"; readonly error: CodecError; readonly record: LogRecord };

/**
 * A log in the same process hands the same record to every reader of a partition; then it is
 * decoded once. The entry goes with the record.
 */
const decoded = new WeakMap<LogRecord, Read>();

/** Never throws: what can not be read is `unreadable`, and the sums show whether it was needed. */
export function readStatement(record: LogRecord): Read {
  let read = decoded.get(record);
  if (read === undefined) {
    read = decodeRecord(record);
    decoded.set(record, read);
  }
  return read;
}

/**
 * Readers of one process that read a topic on their own decode each record again; the values that
 * are in force they share, so that a host is in memory once. The hash tells equal values.
 */
const inForce = new Map<
  string,
  Map<string, { readonly hash: bigint; readonly current: unknown }>
>();

function sharedCurrent(name: string, key: string, hash: bigint, current: unknown): unknown {
  let values = inForce.get(name);
  if (values === undefined) inForce.set(name, (values = new Map()));
  const shared = values.get(key);
  if (shared?.hash === hash) return shared.current;
  if (current === null) values.delete(key);
  else values.set(key, { hash, current });
  return current;
}

/** Records of one change follow each other: they share the description of where they come from. */
let lastOrigin: Origin = { revision: -1, changeId: "", actor: "", reason: "", occurredAt: 0 };

function originOf({ revision, changeId, actor, reason, occurredAt }: Origin): Origin {
  const { revision: lastRevision, changeId: lastChange } = lastOrigin;
  if (lastRevision !== revision || lastChange !== changeId) {
    lastOrigin = { revision, changeId, actor, reason, occurredAt };
  }
  return lastOrigin;
}

function decodeRecord(record: LogRecord): Read {
  try {
    const { name, value } = decode(record.value);
    switch (name) {
      case "mark":
        return { kind: "mark", mark: value, offset: record.offset };
      case "frontier":
        return { kind: "frontier", frontier: value, offset: record.offset };
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
        return {
          kind: "statement",
          statement: {
            key: record.key,
            revision: value.revision,
            hash: value.hash,
            current: sharedCurrent(name, record.key, value.hash, value.current),
            offset: record.offset,
            origin: originOf(value),
          },
        };
    }
  } catch (error) {
    if (error instanceof CodecError) return { kind: "unreadable", error, record };
    throw error;
  }
}
