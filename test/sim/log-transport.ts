import { partitionOf } from "@titan/domain";
import type { EventLog, Subscription } from "@titan/event-log";
import {
  LogTransport as RealLogTransport,
  type ReportAnswer,
  type StreamHandler,
  type Transport,
  type TransportProblem,
} from "@titan/host-agent";
import { addWrapping, CutFold, readStatement, type Clock } from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";
import type { Random } from "@titan/event-log/testing";

/**
 * `own-topic`: the records of the stream's topic as they lie there. `canonical`: its slice of the
 * canonical partition, as a gateway gives it. `real`: the agent's own transport over that topic.
 */
export const COPIES = ["own-topic", "canonical", "real"] as const;
export type Copy = (typeof COPIES)[number];

/** What lies behind the address that a host knows. */
export interface LogSource {
  readonly log: EventLog;
  readonly installation: string;
  readonly counts: { readonly H: number; readonly D: number };
}

export interface LogTransportOptions {
  /** `workspace/name`. */
  readonly host: string;
  /** For trying again: a host that the feed does not know has no topic. */
  readonly clock: Clock;
  readonly random: Random;
  /** Whose records are read, asked for at each beginning. */
  readonly source: () => LogSource;
  readonly copy: Copy;
  readonly report: (report: unknown) => Promise<ReportAnswer>;
}

const RETRY_MS = 500;
const BROKEN = { code: "unreachable", detail: "the server closed the stream" };

/** As the agent's own transport says it. */
function missing(stream: string): TransportProblem {
  const code = stream.startsWith("titan.host.") ? "stream-missing" : "not-found";
  return { code, detail: `there is no topic ${stream}` };
}

type Close = () => Promise<void>;

interface Follow {
  readonly stream: string;
  readonly handler: StreamHandler;
  close: Close;
}

/** Logical streams from the simulated log, in whichever way a host can come to them. */
export class LogTransport implements Transport {
  readonly #options: LogTransportOptions;
  readonly #follows = new Set<Follow>();
  #copy: Copy;

  constructor(options: LogTransportOptions) {
    this.#options = options;
    this.#copy = options.copy;
  }

  report(report: unknown): Promise<ReportAnswer> {
    return this.#options.report(report);
  }

  watch(stream: string, handler: StreamHandler): { readonly close: Close } {
    const follow = { stream, handler, close: this.#open(stream, handler) };
    this.#follows.add(follow);
    return {
      close: async () => {
        this.#follows.delete(follow);
        await follow.close();
      },
    };
  }

  /** Every reading breaks off and begins anew, from this copy of whatever is there by now. */
  changeOver(copy: Copy): void {
    this.#copy = copy;
    for (const follow of this.#follows) {
      void follow.close();
      follow.handler.broken(BROKEN);
      follow.close = this.#open(follow.stream, follow.handler);
    }
  }

  #open(stream: string, handler: StreamHandler): Close {
    if (this.#copy === "own-topic") return this.#topic(stream, handler);
    if (this.#copy === "canonical") return this.#slice(stream, handler);
    return this.#real(stream, handler);
  }

  #real(stream: string, handler: StreamHandler): Close {
    const { host, clock, random, source } = this.#options;
    let closed = false;
    const transport = new RealLogTransport({ log: source().log, host, clock, random });
    const watch = transport.watch(stream, {
      begin: (installation) => closed || handler.begin(installation),
      record: (record) => closed || handler.record(record),
      mark: (mark) => closed || handler.mark(mark),
      broken: (problem) => closed || handler.broken(problem),
    });
    return () => {
      closed = true;
      return watch.close();
    };
  }

  #topic(stream: string, handler: StreamHandler): Close {
    const { clock } = this.#options;
    const { log, installation } = this.#options.source();
    let subscription: Subscription | undefined;
    let closed = false;
    const open = async (): Promise<void> => {
      while (!closed) {
        const topics = await log.topics();
        if (topics.some(({ name }) => name === stream)) break;
        if (!closed) handler.broken(missing(stream));
        await clock.sleep(RETRY_MS);
      }
      if (closed) return;
      handler.begin(installation);
      subscription = log.subscribe({ topic: stream, partition: 0, from: 0 }, ({ records }) => {
        for (const record of records) {
          if (closed) return;
          const read = readStatement(record);
          if (read.kind === "statement") handler.record(read.statement);
          else if (read.kind === "mark") handler.mark(read.mark);
        }
      });
    };
    void open();
    return async () => {
      closed = true;
      await subscription?.close();
    };
  }

  #slice(stream: string, handler: StreamHandler): Close {
    const { log, counts, installation } = this.#options.source();
    const [, kind, workspace, name] = stream.split(".");
    const own = `${workspace}/${name}`;
    const isHost = kind === "host";
    const topic = isHost ? "titan.host-deployment" : "titan.rendered-deployment";
    const record = isHost ? "host-deployment" : "rendered-deployment";
    const partition = partitionOf(own, isHost ? counts.H : counts.D);
    const fold = new CutFold();
    const hashes = new Map<string, bigint>();
    let sum = 0n;
    let started = false;
    let closed = false;
    handler.begin(installation);
    const subscription = log.subscribe({ topic, partition, from: 0 }, ({ records }) => {
      if (closed) return;
      for (const each of records) {
        const read = readStatement(each);
        if (read.kind === "statement") fold.add(read.statement);
        else if (read.kind === "mark") fold.addCut(read.mark);
      }
      if (!started) {
        const first = fold.startCandidates().findLast((revision) => fold.verifies(revision));
        if (first === undefined) return;
        fold.start(first);
        started = true;
      }
      fold.advance();
      const revision = fold.highestVerified;
      if (revision === undefined) return;
      for (const { key, revision: label, current } of fold.take(revision).values()) {
        const short = isHost ? key.split("/").slice(2).join("/") : key;
        if (isHost ? !key.startsWith(`${own}/`) : key !== own) continue;
        const hash = derivedHash(record, short, current as never);
        sum = addWrapping(sum, hash - (hashes.get(short) ?? 0n));
        hashes.set(short, hash);
        handler.record({ key: short, revision: label, current, hash });
      }
      handler.mark({ revision, sum });
    });
    return async () => {
      closed = true;
      await subscription.close();
    };
  }
}
