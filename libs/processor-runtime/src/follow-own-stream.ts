import {
  LogError,
  type EventLog,
  type LogRecord,
  type ReadBatch,
  type Subscription,
} from "@titan/event-log";
import { MARK_KEY } from "./keys.ts";
import type { Observed } from "./observed.ts";
import { OwnStream } from "./own-stream.ts";
import { readStatement, type Read } from "./read-statement.ts";
import type { Rules } from "./rules.ts";
import type { Statement } from "./statement.ts";
import type { StreamWriter } from "./stream-writer.ts";
import type { Truths } from "./truths.ts";

/** Lower than every revision. */
const NO_REVISION = -1;

export interface FollowOptions {
  readonly log: EventLog;
  readonly writer: StreamWriter;
  readonly rules: Rules;
  readonly truths: Truths;
  /** Later records may come a few seconds late. */
  readonly isRelaxed: boolean;
  /** Something came that may have to be healed. */
  readonly seen: (stream: OwnStream) => void;
  /** The topic was removed, and all that the stream held with it. */
  readonly lost: (stream: OwnStream) => void;
}

export interface FollowedStream {
  readonly stream: OwnStream;
  readonly subscription: Subscription;
}

/**
 * Reads a stream of one's own to its end, as the state at `revision`, then follows it. Rejects
 * with what the log says; nothing is followed then.
 */
export async function followOwnStream(
  topic: string,
  partition: number,
  revision: number,
  { log, writer, rules, truths, isRelaxed, seen, lost }: FollowOptions,
): Promise<FollowedStream> {
  const stream = new OwnStream(topic, partition, writer, rules, truths);
  const { end } = await log.bounds(topic, partition);
  const statements: Statement[] = [];
  const marks: Observed[] = [];
  let loaded = false;
  const take = (batch: ReadBatch): void => {
    for (const record of batch.records) {
      if (loaded && stream.recognizes(record)) continue;
      const read = ownRecord(record);
      if (read.kind === "statement") {
        if (loaded) stream.observe(read.statement);
        else statements.push(read.statement);
      } else if (read.kind === "mark") {
        if (loaded) stream.observeMark(read.mark, read.offset);
        else marks.push({ ...read.mark, kind: "mark", offset: read.offset });
      }
    }
    if (!loaded && batch.next >= end) {
      loaded = true;
      stream.load(revision, statements, marks.slice(-1));
      // This callback lives as long as the stream is followed.
      statements.length = 0;
      marks.length = 0;
    }
    if (loaded && stream.hasObserved) seen(stream);
  };
  const followed = new Promise<FollowedStream>((resolve, reject) => {
    const fail = (error: Error): void => {
      if (loaded && isUnknownTopic(error)) lost(stream);
      else reject(error);
    };
    const onBatch = (batch: ReadBatch): void => {
      try {
        take(batch);
        if (loaded) resolve({ stream, subscription });
      } catch (error) {
        reject(error as Error);
        void subscription.close();
      }
    };
    const from = { topic, partition, from: 0 };
    const subscription = log.subscribe(from, onBatch, { isRelaxed, onError: fail });
  });
  return await followed;
}

/**
 * What the record of an own stream says. What can not be read, or is no record of its key, counts as a
 * statement of no revision: it is not believed, but when it lies behind the truth, compaction
 * would keep it alone.
 */
function ownRecord(record: LogRecord): Extract<Read, { kind: "statement" | "mark" }> {
  const { key, offset } = record;
  const read = readStatement(record);
  const isMarkKey = key === MARK_KEY;
  if (read.kind === "statement" && !isMarkKey) return read;
  if (read.kind === "mark" && isMarkKey) return read;
  if (isMarkKey) {
    return { kind: "mark", mark: { revision: NO_REVISION, sum: 0n, count: 0 }, offset };
  }
  const origin = { revision: NO_REVISION, changeId: "", actor: "", reason: "", occurredAt: 0 };
  const nothing = { revision: NO_REVISION, hash: 0n, current: null };
  return { kind: "statement", statement: { key, offset, origin, ...nothing } };
}

export function isUnknownTopic(error: unknown): boolean {
  return error instanceof LogError && error.code === "unknown-topic";
}
