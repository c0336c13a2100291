import { STREAMS } from "@titan/domain";
import { readSchema, readSchemaIds } from "@titan/schema-codec";

/** One released schema of ours. */
export interface ReleasedSchema {
  /** The name of the record in `schemas/`. */
  readonly record: string;
  /** With its namespace, as it stands in the schema. */
  readonly fullName: string;
  readonly id: number;
  readonly version: number;
  readonly text: string;
}

/** Every schema that was ever released, oldest first. */
export function releasedSchemas(): readonly ReleasedSchema[] {
  return readSchemaIds().map(({ id, subject, version, file }) => {
    const schema = readSchema(file);
    const fullName = `${schema.namespace ?? "titan"}.${schema.name}`;
    return { record: subject, fullName, id, version, text: JSON.stringify(schema) };
  });
}

const MARK = "mark";
/** One part of the name of a host's or a deployment's topic: an RFC 1123 label. */
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** A topic, or the pattern of topics, and the records that are on it: the first is the main one. */
interface TopicRecords {
  readonly topic: string;
  readonly pattern: RegExp | undefined;
  readonly records: readonly string[];
}

const topics: readonly TopicRecords[] = STREAMS.map(({ topic, record, marked }) => ({
  topic,
  pattern: topic.includes("<")
    ? new RegExp(`^${topic.replaceAll(".", "\\.").replaceAll(/<\w+>/g, LABEL)}$`)
    : undefined,
  records: marked ? [record, MARK] : [record],
}));

/**
 * The subjects of a record that can be listed, by the three ways in which clients name them:
 * `titan.HostRecord` (by record), `titan.host-value` (by topic: the main record of the topic alone) and
 * `titan.host-titan.HostRecord` (by topic and record: the marks of a topic, too).
 */
export function subjectsOf({ record, fullName }: ReleasedSchema): readonly string[] {
  const found = [fullName];
  for (const { topic, pattern, records } of topics) {
    if (pattern !== undefined || !records.includes(record)) continue;
    if (records[0] === record) found.push(`${topic}-value`);
    found.push(`${topic}-${fullName}`);
  }
  return found;
}

/** What is registered at an external registry: what clients ask for unless they are told otherwise. */
export function registeredSubjectsOf(schema: ReleasedSchema): readonly string[] {
  return subjectsOf(schema).filter(
    (subject) => subject === schema.fullName || subject.endsWith("-value"),
  );
}

/** The record that a subject of a host's or a deployment's topic is about. */
export function recordOfPattern(
  subject: string,
  recordByFullName: ReadonlyMap<string, string>,
): string | undefined {
  for (const { pattern, records } of topics) {
    if (pattern === undefined) continue;
    const topic = /^(.+)-value$/.exec(subject)?.[1];
    if (topic !== undefined && pattern.test(topic)) return records[0];
    for (const [fullName, record] of recordByFullName) {
      const ending = `-${fullName}`;
      if (!subject.endsWith(ending) || !records.includes(record)) continue;
      if (pattern.test(subject.slice(0, -ending.length))) return record;
    }
  }
  return undefined;
}
