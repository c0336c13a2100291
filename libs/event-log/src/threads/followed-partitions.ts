import type { TailBudget } from "../embedded/partition-tail.ts";
import { Partition } from "../embedded/partition.ts";
import type { LogRecord } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { FollowedPartition } from "./thread-calls.ts";

/** How the thread that holds the log is told what is followed here. */
export interface FollowCalls {
  follow(follow: number, topic: string, partition: number): Promise<FollowedPartition>;
  unfollow(follow: number): void;
}

/** One partition, for all who read it here. */
export interface Followed {
  readonly number: number;
  readonly name: string;
  readonly known: Promise<Partition>;
}

/** What is known of it so far: where it ends may be told before what it is. */
interface Place {
  readonly followed: Followed;
  readers: number;
  partition: Partition | undefined;
  end: number;
  isLost: boolean;
}

/** The partitions that are read in this thread, each asked for once. */
export class FollowedPartitions {
  readonly #calls: FollowCalls;
  readonly #byName = new Map<string, Place>();
  readonly #byNumber = new Map<number, Place>();
  readonly #tails: TailBudget = { bytes: 0 };
  #count = 0;

  constructor(calls: FollowCalls) {
    this.#calls = calls;
  }

  /** What is taken is to be given back. `known` rejects with `LogError` `unknown-topic`. */
  take(topic: string, partition: number): Followed {
    const name = `${partition} ${topic}`;
    const place = this.#byName.get(name) ?? this.#follow(name, topic, partition);
    place.readers += 1;
    return place.followed;
  }

  giveBack({ number }: Followed): void {
    const place = this.#byNumber.get(number);
    if (place === undefined) return;
    place.readers -= 1;
    if (place.readers > 0) return;
    this.#forget(place);
    this.#calls.unfollow(number);
  }

  /** `added` are the last records before `end`, if they are known. */
  moved(number: number, end: number, added: readonly LogRecord[]): void {
    const place = this.#byNumber.get(number);
    if (place === undefined) return;
    place.end = end;
    place.partition?.committed(end, added.length > 0 ? () => added : undefined, this.#tails);
  }

  lost(number: number): void {
    const place = this.#byNumber.get(number);
    if (place === undefined) return;
    place.isLost = true;
    this.#forget(place);
    place.partition?.remove();
  }

  #follow(name: string, topic: string, number: number): Place {
    this.#count += 1;
    const asked = this.#calls.follow(this.#count, topic, number);
    const known = asked.then((found) => this.#found(place, found));
    const place: Place = {
      followed: { number: this.#count, name, known },
      readers: 0,
      partition: undefined,
      end: 0,
      isLost: false,
    };
    this.#byName.set(name, place);
    this.#byNumber.set(place.followed.number, place);
    return place;
  }

  #found(place: Place, { id, start, end }: FollowedPartition): Partition {
    if (place.isLost) throw new LogError("unknown-topic", "refused", "the topic was deleted");
    const partition = new Partition(id);
    partition.start = start;
    partition.end = Math.max(end, place.end);
    place.partition = partition;
    return partition;
  }

  #forget({ followed: { name, number } }: Place): void {
    this.#byName.delete(name);
    this.#byNumber.delete(number);
  }
}
