import { decodeOrFail, type CatchUpEvents } from "./catch-up.ts";
import type { Cluster, Purpose } from "./cluster.ts";
import { fetchRequest, type PartitionFetched } from "./fetch.ts";
import type { PartitionReader } from "./partition-reader.ts";
import { CODE } from "./protocol-code.ts";

interface Feed {
  readonly topic: string;
  readonly partition: number;
  readonly readers: Set<PartitionReader>;
  /** The offset after what was given to the readers. */
  position: number;
}

export interface LiveFeedOptions {
  readonly cluster: Cluster;
  readonly node: number;
  readonly purpose: Purpose;
  /** Milliseconds between two requests. */
  readonly pauseMs: number;
  readonly events: Pick<CatchUpEvents, "refused" | "failed"> & {
    /** The reader has too much to deliver to follow, or what it needs is behind. */
    readonly behind: (reader: PartitionReader) => void;
  };
}

/** A request waits so long for records; whoever begins to follow meanwhile waits for it. */
const WAIT_MS = 250;
const BYTES_MAX = 16 * 1024 * 1024;
const EPOCH_FIRST = 0;

/**
 * Follows the ends of partitions of one broker with a fetch session: a request names only what
 * changed, an answer holds only what is new, however many partitions are followed. Each batch is
 * read once for all its readers. A reader that is slow falls out and catches up on its own.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #feeds = new Map<string, Feed>();
  /** Partitions of which the broker does not know where we are. */
  readonly #changed = new Set<Feed>();
  #forgotten: Feed[] = [];
  #session = 0;
  #epoch = EPOCH_FIRST;
  #isRunning = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** False when the reader is behind what is followed already. */
  add(reader: PartitionReader): boolean {
    let feed = this.#feeds.get(reader.id);
    if (feed === undefined) {
      const { topic, partition, position } = reader;
      feed = { topic, partition, readers: new Set(), position };
      this.#feeds.set(reader.id, feed);
      this.#changed.add(feed);
      this.#forgotten = this.#forgotten.filter(
        (other) => other.topic !== topic || other.partition !== partition,
      );
    } else if (reader.position < feed.position) {
      return false;
    }
    feed.readers.add(reader);
    this.#run();
    return true;
  }

  remove(reader: PartitionReader): void {
    const feed = this.#feeds.get(reader.id);
    if (feed === undefined || !feed.readers.delete(reader) || feed.readers.size > 0) return;
    this.#drop(reader.id, feed);
  }

  #drop(id: string, feed: Feed): void {
    this.#feeds.delete(id);
    this.#changed.delete(feed);
    this.#forgotten.push(feed);
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => {
      this.#rounds()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#isRunning = false;
          // Somebody may have come when the last round was over.
          if (this.#feeds.size > 0) this.#run();
        });
    });
  }

  async #rounds(): Promise<void> {
    const { cluster, node, purpose, pauseMs } = this.#options;
    while (this.#feeds.size > 0) {
      const isFirst = this.#session === 0;
      const feeds = isFirst ? [...this.#feeds.values()] : [...this.#changed];
      const forgotten = isFirst ? [] : this.#forgotten;
      this.#changed.clear();
      this.#forgotten = [];
      const request = fetchRequest(
        feeds.map(({ topic, partition, position }) => ({ topic, partition, offset: position })),
        { id: this.#session, epoch: isFirst ? EPOCH_FIRST : this.#epoch, forgotten },
        { waitMs: WAIT_MS, bytesMax: BYTES_MAX },
      );
      const answer = await cluster.connection(node, purpose).callRaw(request);
      if (answer.code !== CODE.none) {
        // The broker gave the session to somebody else: it begins anew, and loses nothing.
        this.#session = 0;
        continue;
      }
      this.#epoch = isFirst || this.#epoch >= 0x7f_ff_ff_ff ? 1 : this.#epoch + 1;
      this.#session = answer.session;
      for (const fetched of answer.partitions) this.#deliver(fetched);
      const pause = pauseMs;
      await new Promise((resolve) =>
        pause > 0 ? setTimeout(resolve, pause) : setImmediate(resolve),
      );
    }
    // Without partitions the session is of no use.
    this.#session = 0;
  }

  #deliver(fetched: PartitionFetched): void {
    const id = `${fetched.topic} ${fetched.partition}`;
    const feed = this.#feeds.get(id);
    if (feed === undefined) return;
    if (fetched.code !== CODE.none) {
      this.#drop(id, feed);
      this.#options.events.refused([...feed.readers], fetched.code);
      return;
    }
    if (fetched.records.length === 0) return;
    const decoded = decodeOrFail(fetched, feed.position, [...feed.readers]);
    if (decoded === undefined || decoded.next <= feed.position) return;
    feed.position = decoded.next;
    this.#changed.add(feed);
    for (const reader of feed.readers) {
      reader.take(decoded);
      if (reader.isEnded || reader.hasRoom) continue;
      this.remove(reader);
      this.#options.events.behind(reader);
    }
  }

  #fail(error: unknown): void {
    const readers = [...this.#feeds.values()].flatMap((feed) => [...feed.readers]);
    this.#feeds.clear();
    this.#changed.clear();
    this.#forgotten = [];
    this.#session = 0;
    this.#options.events.failed(readers, error);
  }
}
