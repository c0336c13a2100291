import { NOUN_KINDS } from "@titan/domain";
import type { EventLog, LogRecord } from "@titan/event-log";
import { readToEnd } from "@titan/processor-runtime";
import {
  decode,
  derivedHash,
  encode,
  nounHash,
  type RecordTypes,
  type StatementName,
} from "@titan/schema-codec";

/**
 * `own-hash`: the record says something else, and names the hash of what it says.
 * `kept-hash`: it says something else under the hash of the truth, so every sum still fits.
 */
export type Forgery = "own-hash" | "kept-hash";

/** A record that was put behind the true one of its key, and which part of `titan verify` must see it. */
export interface Forged {
  readonly topic: string;
  readonly key: string;
  readonly offset: number;
  readonly check: string;
}

type Json = Readonly<Record<string, unknown>>;

const NOUNS: readonly string[] = NOUN_KINDS.map((kind) => kind.toLowerCase());
const VIEW_OF: Readonly<Record<string, string>> = {
  "titan.host-target": "target-delta",
  "titan.assignment": "replica-assignment",
  "titan.host-deployment": "deployment-fanout",
  "titan.rendered-deployment": "template-render",
};

/** One forged record on each topic of nouns and of views, and on each stream of a host or a deployment. */
export async function forgeEverywhere(log: EventLog, forgery: Forgery): Promise<readonly Forged[]> {
  const forged: Forged[] = [];
  for (const { name: topic, partitions } of await log.topics()) {
    const check = checkOf(topic);
    if (check === undefined) continue;
    for (let partition = 0; partition < partitions; partition += 1) {
      const record = await lastStatement(log, topic, partition);
      if (record === undefined) continue;
      const value = forge(record, forgery);
      const { key } = record;
      const [offset = -1] = await log.append([{ topic, partition, records: [{ key, value }] }]);
      forged.push({ topic, key, offset, check });
      break;
    }
  }
  return forged;
}

function checkOf(topic: string): string | undefined {
  if (NOUNS.some((noun) => topic === `titan.${noun}`)) return topic;
  if (topic.startsWith("titan.host.")) return "stream-forwarder-host";
  if (topic.startsWith("titan.deployment.")) return "stream-forwarder-deployment";
  return VIEW_OF[topic];
}

/** The last record that says that something is; marks and deletions are passed over. */
async function lastStatement(
  log: EventLog,
  topic: string,
  partition: number,
): Promise<LogRecord | undefined> {
  let last: LogRecord | undefined;
  await readToEnd(log, topic, partition, 0, (record) => {
    const { value } = decode(record.value);
    if ("current" in value && value.current !== null) last = record;
  });
  return last;
}

function forge(record: LogRecord, forgery: Forgery): Uint8Array {
  const { name, value } = decode(record.value) as {
    readonly name: StatementName;
    readonly value: RecordTypes[StatementName];
  };
  for (const current of changesOf(value.current as unknown as Json)) {
    try {
      const hash =
        forgery === "kept-hash" ? value.hash : hashOf(name, record.key, value.revision, current);
      return encode(name, { ...value, current, hash } as unknown as RecordTypes[StatementName]);
    } catch {
      // The schema does not take this change; another one will do.
    }
  }
  throw new Error(`nothing in a ${name} can be changed`);
}

function hashOf(name: StatementName, key: string, revision: number, current: Json): bigint {
  return NOUNS.includes(name)
    ? nounHash(name, key, revision, current as never)
    : derivedHash(name, key, current as never);
}

/** The value with one field changed, for each field. */
function* changesOf(value: Json): Generator<Json> {
  for (const [field, content] of Object.entries(value)) {
    if (typeof content === "string") yield { ...value, [field]: `${content}0` };
    else if (typeof content === "number") yield { ...value, [field]: content + 1 };
    else if (Array.isArray(content) && content.length > 0) yield { ...value, [field]: [] };
  }
}
