import { SharedRecord, type LogRecord } from "@titan/event-log";
import {
  CodecError,
  decodeAs,
  decodeCurrent,
  decoderOf,
  nameOf,
  outlineOf,
  type StatementName,
  type StatementOutline,
} from "@titan/schema-codec";
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

const originIn = decoderOf(["revision", "changeId", "actor", "reason", "occurredAt"]);
const currentIn = decoderOf(["current"]);

/** Records of one change share the description of where they come from, others share its texts. */
let lastOrigin: Origin = { revision: -1, changeId: "", actor: "", reason: "", occurredAt: 0 };

function shared({ revision, changeId, actor, reason, occurredAt }: Origin): Origin {
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

/**
 * A statement as the log holds it: most readers look at few of the values that they read, and at
 * fewer of the origins, so these are made when they are asked for. All bytes were checked before.
 */
class RecordStatement implements Statement {
  readonly key: string;
  readonly revision: number;
  readonly hash: bigint;
  readonly offset: number;
  readonly #value: Uint8Array;
  readonly #outline: StatementOutline;
  #current: unknown;

  constructor({ key, value, offset }: LogRecord, outline: StatementOutline) {
    this.key = key;
    this.revision = outline.revision;
    this.hash = outline.hash;
    this.offset = offset;
    this.#value = value;
    this.#outline = outline;
  }

  get current(): unknown {
    if (this.#current === undefined) {
      const { name, current } = this.#outline;
      this.#current =
        current === undefined
          ? (currentIn(this.#value).value as { readonly current: unknown }).current
          : decodeCurrent(name as StatementName, current);
    }
    return this.#current;
  }

  get origin(): Origin {
    return shared(originIn(this.#value).value as Origin);
  }

  bytesFor(name: StatementName): Uint8Array | undefined {
    return this.#outline.name === name ? this.#outline.current : undefined;
  }
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
        return {
          kind: "statement",
          statement: new RecordStatement(record, outlineOf(record.value)),
        };
    }
  } catch (error) {
    if (error instanceof CodecError) return { kind: "unreadable", error, record };
    throw error;
  }
}
