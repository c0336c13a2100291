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
import { Appender } from "./appender.ts";
import { Cluster } from "./cluster.ts";
import { GroupShare } from "./group-share.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { OffsetFinder } from "./offset-finder.ts";
import { Reading } from "./reading.ts";
import { TopicAdmin } from "./topic-admin.ts";

/** Appends that are not answered by then have an unknown outcome. */
const CLOSE_PATIENCE_MS = 5_000;

/** The parts of the adapter, put together. */
export class KafkaEventLog implements EventLog {
  readonly #cluster: Cluster;
  readonly #appender: Appender;
  readonly #offsets: OffsetFinder;
  readonly #reading: Reading;
  readonly #admin: TopicAdmin;
  readonly #shares = new Set<GroupShare>();
  readonly #appends = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(options: KafkaOptions) {
    this.#cluster = new Cluster(options, (error) => this.#reading.fail(error));
    this.#appender = new Appender(this.#cluster);
    this.#offsets = new OffsetFinder(this.#cluster);
    this.#reading = new Reading(this.#cluster, this.#offsets);
    this.#admin = new TopicAdmin(this.#cluster, this.#offsets);
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    await this.#admin.create(topics);
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    await this.#admin.delete(names);
  }

  topics(): Promise<readonly TopicInfo[]> {
    return this.#admin.list();
  }

  async append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]> {
    if (this.#closed !== undefined) throw new LogError("closed", "refused", "the log is closed");
    this.#cluster.check();
    const append = this.#appender.append(batches);
    this.#appends.add(append);
    try {
      return await append;
    } finally {
      this.#appends.delete(append);
    }
  }

  subscribe(from: Position, onBatch: OnBatch, options: SubscribeOptions = {}): Subscription {
    return this.#reading.subscribe(from, onBatch, options);
  }

  bounds(topic: string, partition: number): Promise<Bounds> {
    return this.#cluster.persist(`the ends of ${topic}`, () =>
      this.#offsets.find(topic, partition),
    );
  }

  share(group: string, partitions: number, on: OnShare): Share {
    const ended = (share: GroupShare): void => void this.#shares.delete(share);
    const share = new GroupShare(this.#cluster, group, partitions, on, ended);
    this.#shares.add(share);
    return share;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#shares].map((share) => share.close()));
    await this.#reading.close();
    const giveUp = setTimeout(() => this.#cluster.close(), CLOSE_PATIENCE_MS);
    await Promise.allSettled(this.#appends);
    clearTimeout(giveUp);
    this.#cluster.close();
  }
}
