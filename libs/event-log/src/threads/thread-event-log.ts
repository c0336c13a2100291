import type { MessagePort, Transferable } from "node:worker_threads";
import { Reader, type ReaderParts } from "../embedded/reader.ts";
import type { RecordReads } from "../embedded/record-reads.ts";
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
import { ReadyQueue } from "../ready-queue.ts";
import { SharedRecord } from "../shared-record.ts";
import { FollowedPartitions, type Followed } from "./followed-partitions.ts";
import { packBatches, unpackBatches } from "./packed-batches.ts";
import { PortCalls } from "./port-calls.ts";
import type { OwnerCall, ThreadAnswers, ThreadCall } from "./thread-calls.ts";

/**
 * The embedded log as a thread sees it that does not hold it: it asks the one that does, and reads
 * the file.
 */
export class ThreadEventLog implements EventLog {
  readonly #calls: PortCalls<ThreadCall, OwnerCall>;
  readonly #readerParts: ReaderParts;
  readonly #release: () => void;
  readonly #followed: FollowedPartitions;
  readonly #readers = new Map<Reader, Followed>();
  readonly #shares = new Map<number, { readonly on: OnShare; readonly share: Share }>();
  #shared = 0;
  #closed: Promise<void> | undefined;

  /** `release` closes the file. */
  constructor(port: MessagePort, reads: RecordReads, release: () => void) {
    const ended = (reader: Reader): void => this.#ended(reader);
    this.#readerParts = { reads, queue: new ReadyQueue(), ended };
    this.#release = release;
    this.#calls = new PortCalls<ThreadCall, OwnerCall>(
      port,
      (call) => this.#take(call),
      () => void this.close(),
    );
    this.#followed = new FollowedPartitions({
      follow: (follow, topic, partition) => this.#ask({ kind: "follow", follow, topic, partition }),
      unfollow: (follow) => this.#calls.tell({ kind: "unfollow", follow }),
    });
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#checkOpen();
    await this.#ask({ kind: "createTopics", topics });
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    this.#checkOpen();
    await this.#ask({ kind: "deleteTopics", names });
  }

  async topics(): Promise<readonly TopicInfo[]> {
    this.#checkOpen();
    return this.#ask({ kind: "topics" });
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]> {
    this.#checkOpen();
    const packed = packBatches(batches);
    return this.#ask({ kind: "append", batches: packed }, [packed.values.buffer]);
  }

  subscribe(from: Position, onBatch: OnBatch, options: SubscribeOptions = {}): Subscription {
    const reader = new Reader(this.#readerParts, from.from, onBatch, options);
    try {
      this.#checkOpen();
    } catch (error) {
      reader.fail(error);
      return reader;
    }
    const followed = this.#followed.take(from.topic, from.partition);
    this.#readers.set(reader, followed);
    followed.known.then(
      (partition) => reader.begin(partition),
      (error: unknown) => reader.fail(error),
    );
    return reader;
  }

  async bounds(topic: string, partition: number): Promise<Bounds> {
    this.#checkOpen();
    return this.#ask({ kind: "bounds", topic, partition });
  }

  share(group: string, partitions: number, on: OnShare): Share {
    this.#checkOpen();
    this.#shared += 1;
    const id = this.#shared;
    // Refused when that log is being closed: then nothing is shared.
    this.#ask({ kind: "share", share: id, group, partitions }).catch(() => {});
    let given: Promise<void> | undefined;
    const share = { close: () => (given ??= this.#giveUp(id)) };
    this.#shares.set(id, { on, share });
    return share;
  }

  /** Gives back what it shares, waits for the running callbacks, then leaves the file alone. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#shares.values()].map(({ share }) => share.close()));
    await Promise.all([...this.#readers.keys()].map((reader) => reader.close()));
    await this.#calls.answered();
    this.#calls.close();
    this.#release();
  }

  async #giveUp(share: number): Promise<void> {
    await this.#calls.callIfThere({ kind: "giveUp", share });
    this.#shares.delete(share);
  }

  #take(call: OwnerCall): void | Promise<void> {
    switch (call.kind) {
      case "ends":
        unpackBatches(call.added).forEach(({ partition, records }, at) => {
          const { end, timestampMs } = call.ends[at] ?? { end: 0, timestampMs: 0 };
          const added = records.map(({ key, value }, index) => {
            return new SharedRecord(key, value, end - records.length + index, timestampMs);
          });
          this.#followed.moved(partition, end, added);
        });
        return;
      case "lost":
        return this.#followed.lost(call.follow);
      case "assigned":
        return this.#shares.get(call.share)?.on.assigned(call.partitions);
      case "revoked":
        return this.#shares.get(call.share)?.on.revoked(call.partitions);
    }
  }

  #ended(reader: Reader): void {
    const followed = this.#readers.get(reader);
    this.#readers.delete(reader);
    if (followed !== undefined) this.#followed.giveBack(followed);
  }

  #ask<Call extends ThreadCall>(
    call: Call,
    transfer: readonly Transferable[] = [],
  ): Promise<ThreadAnswers[Call["kind"]]> {
    return this.#calls.call(call, transfer) as Promise<ThreadAnswers[Call["kind"]]>;
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new LogError("closed", "refused", "the log is closed");
  }
}
