import type { HostStatus, Installation } from "@titan/domain";
import { LogError, type EventLog } from "@titan/event-log";
import { backoffMs } from "@titan/event-stream";
import { InstallationError, readInstallation, type Clock } from "@titan/processor-runtime";
import { CodecError, fromJson } from "@titan/schema-codec";
import { StatusAppender } from "./status-appender.ts";
import { hostStream } from "./stream-knowledge.ts";
import { TopicReader } from "./topic-reader.ts";
import type {
  ReportAnswer,
  StreamHandler,
  Transport,
  TransportProblem,
  Watch,
} from "./transport.ts";

export interface LogTransportOptions {
  readonly log: EventLog;
  /** `workspace/name` of the host. */
  readonly host: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A topic that is not there yet, and a log that does not answer, are asked for again. */
const RETRY = { firstMs: 250, capMs: 30_000 };
const REPORT_TIMEOUT_MS = 15_000;

/**
 * Streams straight from the log, each from the topic of its name; reports straight to
 * `titan.host-status`.
 *
 * Promises: a reading begins at offset zero, whatever was read before, and gives the whole state
 * at its first verified cut; so a topic that was made anew, or compacted, says what it says to
 * everybody. No offset is kept: the bookmark of the agent is the revision of a cut (PROTOCOL.md
 * rule 22), so one that came over the gateway is as good. Makes no topic. Leaves to others: who may
 * read and write which topic, which is for the log's own access rules.
 */
export class LogTransport implements Transport {
  readonly #options: LogTransportOptions;
  readonly #statuses: StatusAppender;
  /** As it was when a stream began last. */
  #known: Installation | undefined;
  /** Streams that begin at the same time ask once. */
  #asking: Promise<Installation> | undefined;

  constructor(options: LogTransportOptions) {
    this.#options = options;
    this.#statuses = new StatusAppender(options.log, options.host);
  }

  watch(stream: string, handler: StreamHandler): Watch {
    const closing = new AbortController();
    const done = this.#follow(stream, handler, closing.signal);
    return {
      close: async () => {
        closing.abort();
        await done;
      },
    };
  }

  async report(report: unknown): Promise<ReportAnswer> {
    const ended = new AbortController();
    const late = this.#options.clock.sleep(REPORT_TIMEOUT_MS, ended.signal);
    const problem = { code: "unreachable", detail: "the log did not take the report in time" };
    try {
      const status = fromJson("host-status", report);
      // What lands later does no harm: reports are ordered by what they say themselves.
      return await Promise.race([
        this.#append(status),
        late.then((): ReportAnswer => ({ kind: "failed", problem })),
      ]);
    } catch (error) {
      return { kind: "failed", problem: problemOf(error) };
    } finally {
      ended.abort();
    }
  }

  async #append(status: HostStatus): Promise<ReportAnswer> {
    try {
      await this.#statuses.append(status, this.#known ?? (await this.#installation()));
      return { kind: "taken" };
    } catch (error) {
      return { kind: "failed", problem: problemOf(error) };
    }
  }

  async #follow(stream: string, handler: StreamHandler, signal: AbortSignal): Promise<void> {
    const { log, clock, random } = this.#options;
    const reader = new TopicReader(log, stream, clock, signal);
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const problem = await this.#read(stream, reader, handler, () => {
        attempt = 1;
      });
      if (signal.aborted) return;
      handler.broken(problem);
      await clock.sleep(backoffMs(attempt, { ...RETRY, random }), signal);
    }
  }

  /** One reading, until it ends; answers why it did. */
  async #read(
    stream: string,
    reader: TopicReader,
    handler: StreamHandler,
    onProgress: () => void,
  ): Promise<TransportProblem> {
    try {
      const installation = await this.#installation();
      return await reader.read({
        begin: () => {
          onProgress();
          handler.begin(installation.id);
        },
        record: (record) => handler.record(record),
        mark: (mark) => handler.mark(mark),
      });
    } catch (error) {
      return isUnknownTopic(error) ? this.#missing(stream) : problemOf(error);
    }
  }

  /** A deployment without a topic is gone or not made yet; a host without one is worth a word. */
  #missing(stream: string): TransportProblem {
    return stream === hostStream(this.#options.host)
      ? { code: "stream-missing", detail: `there is no topic ${stream}: is there such a host?` }
      : { code: "not-found", detail: `there is no topic ${stream}` };
  }

  async #installation(): Promise<Installation> {
    this.#asking ??= readInstallation(this.#options.log);
    try {
      this.#known = await this.#asking;
      return this.#known;
    } finally {
      this.#asking = undefined;
    }
  }
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof LogError && error.code === "unknown-topic";
}

function problemOf(error: unknown): TransportProblem {
  if (error instanceof InstallationError) return { code: error.code, detail: error.message };
  if (error instanceof LogError && error.code === "record-too-large") {
    return { code: error.code, detail: "the report is too large for one record" };
  }
  if (error instanceof LogError) return { code: "unreachable", detail: error.message };
  if (error instanceof CodecError) return { code: "misbehaved", detail: error.message };
  throw error;
}
