import type { Cluster } from "./cluster.ts";
import { fetchRequest, NO_SESSION, type PartitionFetched } from "./fetch.ts";
import type { PartitionReader } from "./partition-reader.ts";
import { CODE } from "./protocol-code.ts";
import { decodeRecordBatches } from "./record-batch.ts";

export interface CatchUpEvents {
  /** The reader has all there was; it wants to follow. */
  readonly reachedEnd: (reader: PartitionReader) => void;
  /** The broker did not give what was asked for; the readers are no longer here. */
  readonly refused: (readers: readonly PartitionReader[], code: number) => void;
  /** The broker does not answer; the readers are no longer here. */
  readonly failed: (readers: readonly PartitionReader[], error: unknown) => void;
}

const BYTES_MAX = 16 * 1024 * 1024;

/**
 * Reads what is there already, as fast as it comes, for all readers of one broker that are behind:
 * apart from the following of new records, which bulk would hold up. Readers of one partition
 * that are at one place share what is fetched.
 */
export class CatchUp {
  readonly #cluster: Cluster;
  readonly #node: number;
  readonly #events: CatchUpEvents;
  /** By partition; whoever waited longest is first. */
  readonly #waiting = new Map<string, Set<PartitionReader>>();
  #isRunning = false;

  constructor(cluster: Cluster, node: number, events: CatchUpEvents) {
    this.#cluster = cluster;
    this.#node = node;
    this.#events = events;
  }

  add(reader: PartitionReader): void {
    this.#addLast(reader);
    this.run();
  }

  remove(reader: PartitionReader): void {
    const readers = this.#waiting.get(reader.id);
    readers?.delete(reader);
    if (readers?.size === 0) this.#waiting.delete(reader.id);
  }

  /** Goes on if somebody can be given something. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => {
      this.#rounds()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#isRunning = false;
          // Somebody may have come when the last round was over.
          if (this.#hungry().size > 0) this.run();
        });
    });
  }

  async #rounds(): Promise<void> {
    for (;;) {
      const asked = this.#hungry();
      if (asked.size === 0) return;
      const fetches = [...asked.values()].map(({ topic, partition, position }) => {
        return { topic, partition, offset: position };
      });
      const limits = { waitMs: 0, bytesMax: BYTES_MAX };
      const connection = this.#cluster.connection(this.#node, "catch-up");
      const answer = await connection.callRaw(fetchRequest(fetches, NO_SESSION, limits));
      const offsets = new Map(fetches.map((one) => [`${one.topic} ${one.partition}`, one.offset]));
      for (const fetched of answer.partitions) {
        const id = `${fetched.topic} ${fetched.partition}`;
        this.#deliver(id, fetched, offsets.get(id) ?? 0);
      }
      // Whoever got something has its turn before more is fetched.
      await new Promise(setImmediate);
    }
  }

  /** Per partition the reader with room that waited longest. */
  #hungry(): ReadonlyMap<string, PartitionReader> {
    const asked = new Map<string, PartitionReader>();
    for (const [id, readers] of this.#waiting) {
      for (const reader of readers) {
        if (!reader.hasRoom) continue;
        asked.set(id, reader);
        break;
      }
    }
    return asked;
  }

  #deliver(id: string, fetched: PartitionFetched, from: number): void {
    const readers = [...(this.#waiting.get(id) ?? [])];
    if (fetched.code !== CODE.none) {
      for (const reader of readers) this.remove(reader);
      if (readers.length > 0) this.#events.refused(readers, fetched.code);
      return;
    }
    const served = readers.filter((reader) => reader.hasRoom && reader.position >= from);
    const decoded = decodeOrFail(fetched, from, served);
    if (decoded === undefined) return;
    for (const reader of served) {
      this.remove(reader);
      reader.take(decoded);
      if (reader.isEnded) continue;
      if (reader.position >= fetched.end) this.#events.reachedEnd(reader);
      else this.#addLast(reader);
    }
  }

  #addLast(reader: PartitionReader): void {
    const readers = this.#waiting.get(reader.id);
    if (readers === undefined) this.#waiting.set(reader.id, new Set([reader]));
    else readers.add(reader);
  }

  #fail(error: unknown): void {
    const readers = [...this.#waiting.values()].flatMap((set) => [...set]);
    this.#waiting.clear();
    this.#events.failed(readers, error);
  }
}

/** Undefined when the bytes are damaged: then their readers have ended. */
export function decodeOrFail(
  fetched: PartitionFetched,
  from: number,
  readers: Iterable<PartitionReader>,
): ReturnType<typeof decodeRecordBatches> | undefined {
  try {
    return decodeRecordBatches(fetched.records, from);
  } catch (error) {
    for (const reader of readers) reader.fail(error);
    return undefined;
  }
}
