import type { Archive } from "@titan/compact";
import {
  LogError,
  type EventLog,
  type LogRecord,
  type ReadBatch,
  type Subscription,
} from "@titan/event-log";
import { MARK_KEY } from "./keys.ts";
import { observation, type ObservedMark } from "./observed.ts";
import { OwnStream } from "./own-stream.ts";
import { readStatement, type Read } from "./read-statement.ts";
import type { Rules } from "./rules.ts";
import type { Statement } from "./statement.ts";
import type { StreamWriter } from "./stream-writer.ts";
import type { Truths } from "./truths.ts";
import { UnusableSnapshot } from "./unusable-snapshot.ts";

/** Lower than every revision. */
const NO_REVISION = -1;
/** A stream is kept when at most so many of its records were not read back: they are read again then. */
const READ_AGAIN_MAX = 1_000;

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
  /** It can not be followed any more, for another reason. */
  readonly failed: (error: Error) => void;
}

/** A stream of one's own that is followed. */
export class FollowedStream {
  readonly stream: OwnStream;
  readonly subscription: Subscription;
  readonly #next: () => number;
  /** The offset from which on it must be read by whoever begins with what was kept. */
  #keptTo = 0;

  /** It was read from `from`; `next` answers the offset from which on nothing was read back. */
  constructor(stream: OwnStream, subscription: Subscription, from: number, next: () => number) {
    this.stream = stream;
    this.subscription = subscription;
    this.#keptTo = from;
    this.#next = next;
  }

  /** Whether the stream is as it should be and was read back, but for a little. */
  get isAtRest(): boolean {
    const { isAtRest, lastMark } = this.stream;
    return isAtRest && (lastMark.offset ?? 0) - this.#next() <= READ_AGAIN_MAX;
  }

  /** How many offsets there are to read again for whoever begins with what was kept last. */
  get sinceKept(): number {
    return this.#next() - this.#keptTo;
  }

  /** Of one at rest. The last mark is read again, so that another log is not taken for this one. */
  keepIn(archive: Archive): void {
    this.#keptTo = archive.json(Math.min(this.#next(), this.stream.lastMark.offset ?? 0));
    this.stream.keepIn(archive);
  }
}

/**
 * Reads a stream of one's own to its end, as the state at `revision`, then follows it: one that
 * was kept from where that was. Rejects with what the log says, and with `UnusableSnapshot` when
 * the log does not hold the mark that the stream was kept with, or a later one; nothing is followed then.
 */
export async function followOwnStream(
  topic: string,
  partition: number,
  revision: number,
  { log, writer, rules, truths, isRelaxed, seen, lost, failed }: FollowOptions,
  kept?: Archive,
): Promise<FollowedStream> {
  const from = kept?.json(0) ?? 0;
  let next = from;
  const stream = new OwnStream(topic, partition, writer, rules, truths, kept);
  const markKept = stream.lastMark.revision;
  const { end } = await log.bounds(topic, partition);
  if (next > end) throw new UnusableSnapshot(`${topic} ${partition} ends before it`);
  const statements: Statement[] = [];
  const marks: ObservedMark[] = [];
  let loaded = false;
  const take = (batch: ReadBatch): void => {
    for (const record of batch.records) {
      if (loaded && stream.recognizes(record.offset)) continue;
      const read = ownRecord(record);
      if (read.kind === "statement") {
        if (loaded) stream.observe(observation(read.statement));
        else statements.push(read.statement);
      } else if (read.kind === "mark") {
        if (loaded) stream.observe({ ...read.mark, kind: "mark", offset: read.offset });
        else marks.push({ ...read.mark, kind: "mark", offset: read.offset });
      }
    }
    next = batch.next;
    if (!loaded && batch.next >= end) {
      loaded = true;
      if (kept !== undefined) {
        const isHeld = marks.some((mark) => mark.revision >= markKept);
        if (!isHeld || marks.some((mark) => stream.isContradictedBy(mark))) {
          throw new UnusableSnapshot(`${topic} does not hold the mark at revision ${markKept}`);
        }
      }
      stream.load(revision, statements, marks.slice(-1));
      // This callback lives as long as the stream is followed.
      statements.length = 0;
      marks.length = 0;
    }
    if (loaded && stream.hasObserved) seen(stream);
  };
  const followed = new Promise<FollowedStream>((resolve, reject) => {
    const fail = (error: Error): void => {
      if (!loaded) reject(error);
      else if (isUnknownTopic(error)) lost(stream);
      else failed(error);
    };
    const onBatch = (batch: ReadBatch): void => {
      try {
        take(batch);
        if (loaded) resolve(new FollowedStream(stream, subscription, from, () => next));
      } catch (error) {
        reject(error as Error);
        void subscription.close();
      }
    };
    const position = { topic, partition, from: next };
    const subscription = log.subscribe(position, onBatch, { isRelaxed, onError: fail });
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

export function alwaysGone(topic: string): LogError {
  return new LogError("unknown-topic", "refused", `${topic} is removed whenever it is made`);
}
