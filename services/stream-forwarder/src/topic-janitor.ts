import { deploymentTopic, hostTopic, splitKey } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  Alignment,
  AUDIT_WINDOW_MS,
  InputReader,
  RULES,
  Signal,
  type AlignedStep,
  type Clock,
  type InputPartition,
  type PartitionCounts,
} from "@titan/processor-runtime";

export interface TopicJanitorOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly counts: PartitionCounts;
  /** Told the names of topics that were removed. */
  readonly onRemoved?: (topics: readonly string[]) => void;
}

/** Milliseconds between two looks. */
const PERIOD_MS = 60 * 60 * 1_000;
/** So many topics are removed by one request. */
const TOPICS_PER_REQUEST = 100;

/** What says whether a topic's owner exists, and what the topic is called. */
const OWNERS = [
  { stream: "titan.host", cuts: "frontier", partitions: "hostPartitions", topicOf: hostTopic },
  {
    stream: "titan.rendered-deployment",
    cuts: "marks",
    partitions: "deploymentPartitions",
    topicOf: deploymentTopic,
  },
] as const;

/**
 * Removes the topics of hosts and deployments that were deleted longer ago than the audit window.
 *
 * Promises: what exists at the newest verified cut keeps its topic, and so does what was deleted
 * within the window, and every topic whose owner never existed. Several janitors at once do no harm. Leaves to
 * others: that what is created anew while a removal is under way gets its topic back. Nobody can
 * take a request back that waits in a paused process, so the forwarder mends what it finds removed.
 */
export class TopicJanitor {
  readonly #options: TopicJanitorOptions;
  readonly #stopping = new AbortController();
  readonly #arrived = new Signal();

  constructor(options: TopicJanitorOptions) {
    this.#options = options;
  }

  /** Looks again and again until `stop`; rejects with what the log says. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    while (!signal.aborted) {
      const looked = this.removeOld();
      // A request that the broker does not answer must not hold the end up.
      looked.catch(() => {});
      await Promise.race([looked, stopped]);
      await this.#options.clock.sleep(PERIOD_MS, signal);
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#arrived.raise();
  }

  /** One look. Answers the topics that it removed. */
  async removeOld(): Promise<readonly string[]> {
    const { log, onRemoved } = this.#options;
    const there = new Set((await log.topics()).map(({ name }) => name));
    const old = (await this.#deletedLongAgo()).filter((topic) => there.has(topic));
    for (let at = 0; at < old.length; at += TOPICS_PER_REQUEST) {
      if (this.#stopping.signal.aborted) return old.slice(0, at);
      const part = old.slice(at, at + TOPICS_PER_REQUEST);
      await log.deleteTopics(part);
      onRemoved?.(part);
    }
    return old;
  }

  async #deletedLongAgo(): Promise<readonly string[]> {
    const { log, clock, counts } = this.#options;
    const sources = OWNERS.flatMap((owner) =>
      Array.from({ length: counts[owner.partitions] }, (_, partition) => ({ ...owner, partition })),
    );
    const inputs = sources.map(({ stream, partition, cuts }): InputPartition => ({
      topic: stream,
      partition,
      cuts,
    }));
    // What can not be read is told, and kept, by the tasks that read the same.
    const reader = new InputReader(log, inputs, this.#arrived, RULES, () => {});
    try {
      await reader.open();
      const newest = await this.#newestCut(reader);
      const topics: string[] = [];
      for (const { input, statements } of newest?.changes ?? []) {
        for (const { key, current, origin } of statements.values()) {
          const isOld = origin.occurredAt < clock.now() - AUDIT_WINDOW_MS;
          const { workspace, name } = splitKey(key);
          const topic = sources[input]?.topicOf(workspace, name);
          if (current === null && isOld && topic !== undefined) topics.push(topic);
        }
      }
      return topics;
    } finally {
      await reader.close();
    }
  }

  /** Undefined when it is stopped before there is one. */
  async #newestCut(reader: InputReader): Promise<AlignedStep | undefined> {
    const alignment = new Alignment(reader.folds);
    while (!this.#stopping.signal.aborted) {
      const step = reader.caughtUp ? alignment.start() : undefined;
      if (step !== undefined) return step;
      await this.#arrived.wait();
    }
    return undefined;
  }
}
