import type { MessagePort } from "node:worker_threads";
import type { Partition, Watcher } from "../embedded/partition.ts";
import type { EventLog, LogRecord, OnShare, Share } from "../event-log.ts";
import { packBatches, unpackBatches } from "./packed-batches.ts";
import { PortCalls } from "./port-calls.ts";
import type { FollowedPartition, OwnerCall, ThreadAnswers, ThreadCall } from "./thread-calls.ts";

/** What one commit adds goes with the message if it is less; else it is read from the file. */
const ADDED_BYTES_MAX = 64 * 1024;
/** What a record, or an end, takes beside key and value. */
const FRAME_BYTES = 32;
/** So much is told to a thread that stands still; what moves later is told when it has taken that. */
const AHEAD_BYTES_MAX = 4 * 1024 * 1024;

interface ServedLog {
  readonly log: EventLog;
  /** As the log's, and the values are the log's from then on. */
  readonly append: EventLog["append"];
  readonly partitionOf: (topic: string, partition: number) => Partition;
}

/**
 * The end of a port at which the log is: does what a thread asks, and tells it how far the
 * partitions go that it follows. It reads them itself.
 */
export class ThreadServer implements Watcher {
  readonly #served: ServedLog;
  readonly #calls: PortCalls<OwnerCall, ThreadCall>;
  /** By their numbers, and the numbers. */
  readonly #followed = new Map<number, Partition>();
  readonly #numbers = new Map<Partition, number>();
  /** What is still to be told, with what one commit has added, as long as that is little. */
  readonly #moved = new Map<Partition, readonly LogRecord[]>();
  #movedBytes = 0;
  /** Of what was told and not taken. */
  #aheadBytes = 0;
  readonly #shares = new Map<number, Share>();

  /** `onClosed`: the thread has closed its end, or is gone. */
  constructor(port: MessagePort, served: ServedLog, onClosed: () => void) {
    this.#served = served;
    this.#calls = new PortCalls<OwnerCall, ThreadCall>(
      port,
      (call) => this.#answer(call),
      () => {
        for (const partition of this.#followed.values()) partition.unwatch(this);
        for (const share of this.#shares.values()) void share.close();
        onClosed();
      },
    );
  }

  /** One message for all that one commit has moved, before its appends are answered. */
  moved(partition: Partition, records: () => Iterable<LogRecord>): void {
    if (this.#moved.size === 0) queueMicrotask(() => this.#tellMoved());
    this.#moved.set(partition, this.#added(partition, records));
  }

  lost(partition: Partition): void {
    const follow = this.#numbers.get(partition);
    if (follow === undefined) return;
    this.#forget(follow, partition);
    this.#calls.tell({ kind: "lost", follow });
  }

  close(): void {
    this.#calls.close();
  }

  #answer(call: ThreadCall): ThreadAnswers[ThreadCall["kind"]] | Promise<unknown> {
    const { log } = this.#served;
    switch (call.kind) {
      case "createTopics":
        return log.createTopics(call.topics);
      case "deleteTopics":
        return log.deleteTopics(call.names);
      case "topics":
        return log.topics();
      case "append":
        return this.#served.append(unpackBatches(call.batches));
      case "bounds":
        return log.bounds(call.topic, call.partition);
      case "follow":
        return this.#follow(call.follow, call.topic, call.partition);
      case "unfollow":
        return this.#unfollow(call.follow);
      case "share":
        return this.#share(call.share, call.group, call.partitions);
      case "giveUp":
        return this.#giveUp(call.share);
    }
  }

  #follow(follow: number, topic: string, number: number): FollowedPartition {
    const partition = this.#served.partitionOf(topic, number);
    this.#followed.set(follow, partition);
    this.#numbers.set(partition, follow);
    partition.watch(this);
    const { id, start, end } = partition;
    return { id, start, end };
  }

  #unfollow(follow: number): void {
    const partition = this.#followed.get(follow);
    if (partition === undefined) return;
    partition.unwatch(this);
    this.#forget(follow, partition);
  }

  #forget(follow: number, partition: Partition): void {
    this.#followed.delete(follow);
    this.#numbers.delete(partition);
    this.#moved.delete(partition);
  }

  #share(id: number, group: string, partitions: number): void {
    const tell = (kind: "assigned" | "revoked", numbers: readonly number[]): Promise<void> =>
      this.#calls.callIfThere({ kind, share: id, partitions: numbers });
    const on: OnShare = {
      assigned: (numbers) => tell("assigned", numbers),
      revoked: (numbers) => tell("revoked", numbers),
    };
    this.#shares.set(id, this.#served.log.share(group, partitions, on));
  }

  async #giveUp(id: number): Promise<void> {
    await this.#shares.get(id)?.close();
    this.#shares.delete(id);
  }

  /** The records that go with the message: all that came since the last one, or none. */
  #added(partition: Partition, records: () => Iterable<LogRecord>): readonly LogRecord[] {
    if (this.#isFarAhead || this.#moved.has(partition)) return [];
    const added: LogRecord[] = [];
    for (const record of records()) {
      // A key has two bytes for each of its characters at most.
      this.#movedBytes += FRAME_BYTES + 2 * record.key.length + record.value.length;
      if (this.#movedBytes > ADDED_BYTES_MAX) return [];
      added.push(record);
    }
    return added;
  }

  get #isFarAhead(): boolean {
    return this.#aheadBytes > AHEAD_BYTES_MAX;
  }

  #tellMoved(): void {
    if (this.#isFarAhead || this.#moved.size === 0) return;
    const moved = [...this.#moved];
    const bytes = FRAME_BYTES * moved.length + Math.min(this.#movedBytes, ADDED_BYTES_MAX);
    this.#moved.clear();
    this.#movedBytes = 0;
    const ends = moved.map(([{ end }, [first]]) => ({ end, timestampMs: first?.timestampMs ?? 0 }));
    const added = packBatches(
      moved.map(([partition, records]) => {
        return { topic: "", partition: this.#numbers.get(partition) ?? 0, records };
      }),
    );
    this.#aheadBytes += bytes;
    const message = { kind: "ends", ends, added } as const;
    void this.#calls.callIfThere(message, [added.values.buffer]).then(() => {
      this.#aheadBytes -= bytes;
      this.#tellMoved();
    });
  }
}
