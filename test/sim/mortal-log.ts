import type {
  AppendBatch,
  Bounds,
  EventLog,
  OnBatch,
  OnShare,
  Position,
  ReadBatch,
  Share,
  SubscribeOptions,
  Subscription,
  TopicInfo,
  TopicSpec,
} from "@titan/event-log";
import type { SimulatedClient } from "@titan/event-log/testing";

/** What becomes of a process at a call: nothing, or it dies before the effect or after it. */
export type Fate = "lives" | "dies-before" | "dies-after";

/** A log whose process may die at any call, and before or after any delivery. */
export class MortalLog implements EventLog {
  readonly #client: SimulatedClient;
  readonly #fateAt: (call: string) => Fate;
  readonly #die: () => void;

  constructor(client: SimulatedClient, fateAt: (call: string) => Fate, die: () => void) {
    this.#client = client;
    this.#fateAt = fateAt;
    this.#die = die;
  }

  createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.#at("createTopics", () => this.#client.createTopics(topics));
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#at("deleteTopics", () => this.#client.deleteTopics(names));
  }

  topics(): Promise<readonly TopicInfo[]> {
    return this.#at("topics", () => this.#client.topics());
  }

  append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]> {
    return this.#at("append", () => this.#client.append(batches));
  }

  bounds(topic: string, partition: number): Promise<Bounds> {
    return this.#at("bounds", () => this.#client.bounds(topic, partition));
  }

  subscribe(from: Position, onBatch: OnBatch, options?: SubscribeOptions): Subscription {
    return this.#at("subscribe", () =>
      this.#client.subscribe(from, (batch) => this.#deliver(onBatch, batch), options),
    );
  }

  share(group: string, partitions: number, on: OnShare): Share {
    return this.#at("share", () => this.#client.share(group, partitions, on));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #deliver(onBatch: OnBatch, batch: ReadBatch): void | Promise<void> {
    const fate = this.#fateAt("delivery");
    if (fate === "dies-before") this.#die();
    else if (fate === "lives") return onBatch(batch);
    else {
      const done = onBatch(batch);
      this.#die();
      return done;
    }
  }

  /** A call of a client that is dead has no effect and no answer. */
  #at<Answer>(name: string, call: () => Answer): Answer {
    const fate = this.#fateAt(name);
    if (fate === "dies-before") this.#die();
    const answer = call();
    if (fate === "dies-after") this.#die();
    return answer;
  }
}
