import { MessageChannel } from "node:worker_threads";
import type {
  AppendBatch,
  Bounds,
  EventLog,
  OnBatch,
  OnShare,
  Position,
  Share,
  SubscribeOptions,
  Subscription,
  TopicInfo,
  TopicSpec,
} from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { AppendQueue } from "./append-queue.ts";
import type { Catalog } from "./catalog.ts";
import type { EmbeddedLog, EmbeddedLogLogger } from "./embedded-log.ts";
import type { ThreadLogHandle } from "../threads/open-thread-log.ts";
import { ThreadServer } from "../threads/thread-server.ts";
import { LocalShares } from "./local-shares.ts";
import { Reader, type ReaderParts } from "./reader.ts";
import { ReadyQueue } from "../ready-queue.ts";
import type { Partition } from "./partition.ts";
import type { RecordReads } from "./record-reads.ts";
import type { Retention } from "./retention.ts";
import type { Transactions } from "./transactions.ts";

interface EmbeddedLogParts {
  /** Of the file. */
  readonly path: string;
  readonly catalog: Catalog;
  readonly reads: RecordReads;
  readonly transactions: Transactions;
  readonly appends: AppendQueue;
  readonly retention: Retention;
  /** Closes the file and gives up its lock. */
  readonly release: () => void;
}

/** Joins the parts to the port, and knows what is open. */
export class EmbeddedEventLog implements EmbeddedLog {
  readonly #parts: EmbeddedLogParts;
  readonly #queue = new ReadyQueue();
  readonly #readers = new Set<Reader>();
  readonly #readerParts: ReaderParts;
  readonly #shares = new LocalShares();
  readonly #threads = new Set<ThreadServer>();
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: EmbeddedLogParts) {
    this.#parts = parts;
    const ended = (reader: Reader): void => void this.#readers.delete(reader);
    this.#readerParts = { reads: parts.reads, queue: this.#queue, ended };
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#checkOpen();
    this.#parts.catalog.create(topics);
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    this.#checkOpen();
    this.#parts.appends.flush();
    this.#parts.catalog.remove(names);
    await this.#parts.retention.purge();
  }

  async topics(): Promise<readonly TopicInfo[]> {
    this.#checkOpen();
    return this.#parts.catalog.list();
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly number[]> {
    this.#checkOpen();
    return this.#parts.appends.add(batches);
  }

  subscribe(from: Position, onBatch: OnBatch, options: SubscribeOptions = {}): Subscription {
    const reader = new Reader(this.#readerParts, from.from, onBatch, options);
    this.#readers.add(reader);
    try {
      this.#checkOpen();
      reader.begin(this.#parts.catalog.partition(from.topic, from.partition));
    } catch (error) {
      reader.fail(error);
    }
    return reader;
  }

  async bounds(topic: string, partition: number): Promise<Bounds> {
    this.#checkOpen();
    const { start, end } = this.#parts.catalog.partition(topic, partition);
    return { start, end };
  }

  share(group: string, partitions: number, on: OnShare): Share {
    this.#checkOpen();
    return this.#shares.share(group, partitions, on);
  }

  compact(): Promise<void> {
    this.#checkOpen();
    return this.#parts.retention.run("full");
  }

  forThread(): ThreadLogHandle {
    this.#checkOpen();
    const { port1, port2 } = new MessageChannel();
    const { catalog, path, appends } = this.#parts;
    const append: EventLog["append"] = async (batches) => {
      this.#checkOpen();
      return appends.add(batches, "ours");
    };
    const partitionOf = (topic: string, at: number): Partition => catalog.partition(topic, at);
    const server = new ThreadServer(port1, { log: this, append, partitionOf }, () => {
      this.#threads.delete(server);
    });
    this.#threads.add(server);
    return { path, port: port2 };
  }

  transactions(): { readonly synced: number; readonly rebuildable: number } {
    return { ...this.#parts.transactions.counts };
  }

  /** A run that fails is reported and tried again at the next interval. */
  compactEvery(everyMs: number, logger: EmbeddedLogLogger | undefined): void {
    if (everyMs <= 0) return;
    const run = (): void => {
      this.#parts.retention
        .run("scheduled")
        .catch((error: unknown) => logger?.warn({ err: error }, "retention failed"));
    };
    this.#timer = setInterval(run, everyMs);
    this.#timer.unref();
  }

  /** Commits what is pending, then waits for the running callbacks, then frees the file. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#parts.appends.flush();
    await this.#shares.close();
    await Promise.all([...this.#readers].map((reader) => reader.close()));
    for (const thread of this.#threads) thread.close();
    await this.#parts.retention.stop();
    this.#parts.release();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new LogError("closed", "refused", "the log is closed");
  }
}
