import { addWrapping } from "@titan/processor-runtime";
import {
  derivedHash,
  fromJson,
  nounHash,
  type RecordName,
  type StatementName,
} from "@titan/schema-codec";
import type { ApiClient } from "../api-client.ts";

/** A statement as the stream holds it. */
interface Held {
  readonly revision: number;
  readonly hash: bigint;
  readonly current: unknown;
  readonly offset: number;
}

/** One partition of a stream, as a replay shows it. */
export interface PartitionContent {
  readonly stream: string;
  readonly partition: number;
  /** All statements of each key, in the order of the log. */
  readonly statements: ReadonlyMap<string, readonly Held[]>;
  /** Revision → sum. */
  readonly marks: ReadonlyMap<number, bigint>;
  /** Records whose hash is not that of what they hold, and lines that can not be read. */
  readonly faults: readonly string[];
}

interface ReplayedLine {
  readonly partition: number;
  readonly offset: number;
  readonly type: RecordName | "unreadable";
  readonly key: string;
  readonly value: unknown;
}

const NOUN_RECORDS: readonly string[] = [
  "workspace",
  "host",
  "target",
  "template",
  "workload",
  "deployment",
  "token",
  "view",
];

/** Replays a stream whole and computes the hash of each record from what it holds. */
export async function readStream(
  api: ApiClient,
  stream: string,
): Promise<ReadonlyMap<number, PartitionContent>> {
  const partitions = new Map<number, Mutable>();
  for await (const line of api.lines(`/v1/streams/${stream}`, { from: "@0" })) {
    const { partition, offset, type, key, value } = JSON.parse(line) as ReplayedLine;
    let content = partitions.get(partition);
    if (content === undefined)
      partitions.set(partition, (content = new Mutable(stream, partition)));
    if (type === "unreadable") content.faults.push(`offset ${offset} can not be read`);
    else content.add(type, key, value, offset);
  }
  return partitions;
}

class Mutable implements PartitionContent {
  readonly stream: string;
  readonly partition: number;
  readonly statements = new Map<string, Held[]>();
  readonly marks = new Map<number, bigint>();
  readonly faults: string[] = [];

  constructor(stream: string, partition: number) {
    this.stream = stream;
    this.partition = partition;
  }

  add(type: RecordName, key: string, json: unknown, offset: number): void {
    if (type === "mark") {
      const mark = fromJson("mark", json);
      this.marks.set(mark.revision, mark.sum);
      return;
    }
    const value = fromJson(type, json) as unknown as Held;
    const name = type as StatementName;
    const hash = NOUN_RECORDS.includes(type)
      ? nounHash(name, key, value.revision, value.current as never)
      : derivedHash(name, key, value.current as never);
    if (hash !== value.hash) {
      this.faults.push(`${key} at offset ${offset} does not have the hash that it names`);
    }
    const { revision, current } = value;
    const held = this.statements.get(key) ?? [];
    held.push({ revision, current, hash: value.hash, offset });
    this.statements.set(key, held);
  }
}

/** The statement in force for each key at a revision; undefined labels are above it. */
export function stateAt(
  content: PartitionContent,
  revision: number,
): ReadonlyMap<
  string,
  { readonly revision: number; readonly hash: bigint; readonly current: unknown }
> {
  const state = new Map<string, Held>();
  for (const [key, statements] of content.statements) {
    for (const statement of statements) {
      if (statement.revision > revision) continue;
      if ((state.get(key)?.revision ?? -1) <= statement.revision) state.set(key, statement);
    }
  }
  return state;
}

export function sumOf(state: ReadonlyMap<string, { readonly hash: bigint }>): bigint {
  let sum = 0n;
  for (const { hash } of state.values()) sum = addWrapping(sum, hash);
  return sum;
}
