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

/** What is needed only until a stream was read to its end. */
interface Loading {
  readonly revision: number;
  readonly end: number;
  /** The mark that it was kept with, if it was kept. */
  readonly markKept: number | undefined;
  readonly statements: Statement[];
  readonly marks: ObservedMark[];
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** A stream of one's own that is followed. Small: there may be 100,000 of them. */
export class FollowedStream {
  readonly stream: OwnStream;
  readonly #options: FollowOptions;
  /** The offset from which on nothing was read back. */
  #next: number;
  /** The offset from which on it must be read by whoever begins with what was kept. */
  #keptTo: number;
  #loading: Loading | undefined;
  #subscription: Subscription | undefined;

  constructor(stream: OwnStream, from: number, options: FollowOptions) {
    this.stream = stream;
    this.#options = options;
    this.#next = from;
    this.#keptTo = from;
  }

  /** Whether the stream is as it should be and was read back, but for a little. */
  get isAtRest(): boolean {
    const { isAtRest, lastMark } = this.stream;
    return isAtRest && (lastMark.offset ?? 0) - this.#next <= READ_AGAIN_MAX;
  }

  /** How many offsets there are to read again for whoever begins with what was kept last. */
  get sinceKept(): number {
    return this.#next - this.#keptTo;
  }

  /** Of one at rest. The last mark is read again, so that another log is not taken for this one. */
  keepIn(archive: Archive): void {
    this.#keptTo = archive.json(Math.min(this.#next, this.stream.lastMark.offset ?? 0));
    this.stream.keepIn(archive);
  }

  async close(): Promise<void> {
    await this.#subscription?.close();
  }

  /** Begins to follow it; resolves when it was read to `end`. */
  begin(loading: Pick<Loading, "revision" | "end" | "markKept">): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#loading = { ...loading, statements: [], marks: [], done: resolve, failed: reject };
    const { topic, partition } = this.stream;
    const { log, isRelaxed } = this.#options;
    const position = { topic, partition, from: this.#next };
    const onError = (error: Error): void => this.#failed(error);
    this.#subscription = log.subscribe(position, (batch) => this.#take(batch), {
      isRelaxed,
      onError,
    });
    return promise;
  }

  #take(batch: ReadBatch): void {
    try {
      this.#next = batch.next;
      if (this.#loading !== undefined) this.#load(this.#loading, batch);
      else this.#observe(batch);
      if (this.#loading === undefined && this.stream.hasObserved) this.#options.seen(this.stream);
    } catch (error) {
      this.#failed(error as Error);
      void this.close();
    }
  }

  #load(loading: Loading, batch: ReadBatch): void {
    for (const record of batch.records) {
      const read = ownRecord(record);
      if (read.kind === "statement") loading.statements.push(read.statement);
      else loading.marks.push({ ...read.mark, kind: "mark", offset: read.offset });
    }
    if (batch.next < loading.end) return;
    const { revision, markKept, statements, marks } = loading;
    if (markKept !== undefined) {
      const isHeld = marks.some((mark) => mark.revision >= markKept);
      if (!isHeld || marks.some((mark) => this.stream.isContradictedBy(mark))) {
        const { topic } = this.stream;
        throw new UnusableSnapshot(`${topic} does not hold the mark at revision ${markKept}`);
      }
    }
    this.stream.load(revision, statements, marks.slice(-1));
    this.#loading = undefined;
    loading.done();
  }

  #observe(batch: ReadBatch): void {
    for (const record of batch.records) {
      if (this.stream.recognizes(record.offset)) continue;
      const read = ownRecord(record);
      if (read.kind === "statement") this.stream.observe(observation(read.statement));
      else this.stream.observe({ ...read.mark, kind: "mark", offset: read.offset });
    }
  }

  #failed(error: Error): void {
    if (this.#loading !== undefined) this.#loading.failed(error);
    else if (isUnknownTopic(error)) this.#options.lost(this.stream);
    else this.#options.failed(error);
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
  options: FollowOptions,
  kept?: Archive,
): Promise<FollowedStream> {
  const { log, writer, rules, truths } = options;
  const from = kept?.json(0) ?? 0;
  const stream = new OwnStream(topic, partition, writer, rules, truths, kept);
  const { end } = await log.bounds(topic, partition);
  if (from > end) throw new UnusableSnapshot(`${topic} ${partition} ends before it`);
  const followed = new FollowedStream(stream, from, options);
  const markKept = kept === undefined ? undefined : stream.lastMark.revision;
  await followed.begin({ revision, end, markKept });
  return followed;
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
