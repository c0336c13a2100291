import { partitionOf } from "@titan/domain";
import type { EventLog, Subscription } from "@titan/event-log";
import type { ReportAnswer, StreamHandler, Transport, Watch } from "@titan/host-agent";
import { addWrapping, CutFold, readStatement, type Clock } from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";

export interface LogTransportOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly counts: { readonly H: number; readonly D: number };
  /** The topic of the stream itself, or its slice of the canonical partition. */
  readonly copy: "own-topic" | "canonical";
}

const RETRY_MS = 100;
/** A host that the feed does not know has no topic; waiting for it must end some time. */
const RETRIES_MAX = 300;

/** Logical streams straight from the simulated log, as a Kafka agent or the gateway gives them. */
export class LogTransport implements Transport {
  readonly #options: LogTransportOptions;

  constructor(options: LogTransportOptions) {
    this.#options = options;
  }

  report(): Promise<ReportAnswer> {
    return Promise.resolve({ kind: "taken" });
  }

  watch(stream: string, handler: StreamHandler): Watch {
    const { copy } = this.#options;
    const opened =
      copy === "own-topic" ? this.#topic(stream, handler) : this.#slice(stream, handler);
    return { close: opened };
  }

  #topic(stream: string, handler: StreamHandler): () => Promise<void> {
    const { log, clock } = this.#options;
    let subscription: Subscription | undefined;
    let closed = false;
    const open = async (): Promise<void> => {
      for (let tries = 0; !closed; tries += 1) {
        if (tries === RETRIES_MAX) return;
        const topics = await log.topics();
        if (topics.some(({ name }) => name === stream)) break;
        await clock.sleep(RETRY_MS);
      }
      if (closed) return;
      handler.begin("sim");
      subscription = log.subscribe({ topic: stream, partition: 0, from: 0 }, ({ records }) => {
        if (closed) return;
        for (const record of records) {
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

  #slice(stream: string, handler: StreamHandler): () => Promise<void> {
    const { log, counts } = this.#options;
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
    handler.begin("sim");
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
