import { LogError } from "../log-error.ts";
import type { Address, BrokerConnection } from "./broker-connection.ts";
import { Connections } from "./connections.ts";
import type { KafkaOptions } from "./kafka-options.ts";
import { CODE, codeName, isLeaderMoved } from "./protocol-code.ts";
import { readMetadata, writeMetadata, type Metadata, type TopicMetadata } from "./metadata.ts";
import { Patience } from "./patience.ts";

/** What a connection is for; each has its own, because a broker answers one after the other. */
export type Purpose = "control" | "append" | "catch-up" | "follow" | "relaxed";

/** What is asked in one request about several topics. */
interface Question {
  readonly topics: string[];
  /** What was refused, by topic. */
  readonly answer: Promise<ReadonlyMap<string, Error>>;
}

/** Topics whose leaders are asked for at once. */
const TOPICS_PER_REQUEST = 500;
/** A topic that was made elsewhere may not be known to each broker yet. */
const UNKNOWN_TRIES_MAX = 4;
const UNKNOWN_PAUSE_MS = 50;
const NO_LEADER = -1;

/**
 * Where the partitions are, and connections to there. Asks for the leaders of the topics that are
 * used, each once: kafkajs asks for all that it ever used whenever one is new, which is quadratic.
 *
 * Notices that the addresses lead to another cluster than at first: offsets mean nothing there.
 */
export class Cluster {
  readonly options: KafkaOptions;
  readonly #onForeign: (error: LogError) => void;
  readonly #connections: Connections;
  readonly #leaders = new Map<string, readonly number[]>();
  readonly #asking = new Map<string, Question["answer"]>();
  /** Not asked yet. */
  #question: Question | undefined;
  #brokers = new Map<number, Address>();
  #id: string | undefined;
  #controller = NO_LEADER;
  #seed = 0;
  #failure: LogError | undefined;

  constructor(options: KafkaOptions, onForeign: (error: LogError) => void) {
    this.options = options;
    this.#onForeign = onForeign;
    this.#connections = new Connections(options);
  }

  get brokerCount(): number {
    return this.#brokers.size;
  }

  get closed(): boolean {
    return this.#failure?.code === "closed";
  }

  /** Throws when the log was closed, or leads to another cluster. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    this.#failure = new LogError("closed", "refused", "the log is closed");
    this.#connections.close();
  }

  /** The connection of a purpose to a broker; `append` ones do not wait behind fetches. */
  connection(node: number, purpose: Purpose): BrokerConnection {
    this.check();
    const address = this.#brokers.get(node);
    if (address === undefined) throw new Error(`the cluster has no broker ${node}`);
    return this.#connections.named(`${node} ${purpose}`, address);
  }

  /** One that nobody else uses; its owner closes it. */
  newConnection(node: number): BrokerConnection {
    this.check();
    const address = this.#brokers.get(node);
    if (address === undefined) throw new Error(`the cluster has no broker ${node}`);
    return this.#connections.own(address);
  }

  /** Rejects when no broker answers. */
  async reach(): Promise<void> {
    await this.#metadata([]);
  }

  /** The broker that counts the heartbeats of a group. */
  async coordinatorOf(group: string): Promise<number> {
    const { brokers } = await this.#metadata([]);
    const [broker] = brokers;
    if (broker === undefined) throw new Error("the cluster has no broker");
    const answer = await this.connection(broker.node, "control").call<{
      readonly errorCode: number;
      readonly coordinator: { readonly nodeId: number };
    }>({ name: "GroupCoordinator", fields: { groupId: group } });
    if (answer.errorCode !== CODE.none) {
      throw refusalOf(answer.errorCode, `to find the coordinator of ${group}`);
    }
    return answer.coordinator.nodeId;
  }

  /** The broker that takes requests to make and remove topics. */
  async controller(): Promise<number> {
    if (this.#controller === NO_LEADER) await this.#metadata([]);
    return this.#controller;
  }

  /**
   * The broker that leads a partition. Rejects with `unknown-topic` when there is no such topic or
   * partition, and with whatever the connection says when nobody can be asked.
   */
  async leaderOf(topic: string, partition: number): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      this.check();
      const leaders = this.#leaders.get(topic);
      const leader = leaders?.[partition];
      if (leader !== undefined && leader !== NO_LEADER) return leader;
      if (leaders !== undefined && leader === undefined) throw unknownPartition(topic, partition);
      await this.refresh([topic]);
      if (this.#leaders.has(topic)) continue;
      if (tries >= UNKNOWN_TRIES_MAX) throw unknownTopic(topic);
      await new Promise((resolve) => setTimeout(resolve, UNKNOWN_PAUSE_MS * tries));
    }
  }

  knownLeader(topic: string, partition: number): number | undefined {
    const leader = this.#leaders.get(topic)?.[partition];
    return leader === NO_LEADER ? undefined : leader;
  }

  partitionCount(topic: string): number | undefined {
    return this.#leaders.get(topic)?.length;
  }

  /** What is known of these topics may be wrong: it is asked for when it is needed. */
  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.#leaders.delete(topic);
  }

  /** Asks where these topics are; those that do not exist are forgotten. Asks once for many callers. */
  async refresh(topics: readonly string[]): Promise<void> {
    const answers = new Set(
      topics.map((topic) => this.#asking.get(topic) ?? this.#askAbout(topic)),
    );
    const refusals = await Promise.all(answers);
    for (const topic of topics) {
      const refusal = refusals.find((refused) => refused.has(topic))?.get(topic);
      if (refusal !== undefined) throw refusal;
    }
  }

  /** Everything there is, without keeping it. */
  async all(): Promise<readonly TopicMetadata[]> {
    return (await this.#metadata(null)).topics.filter(({ code }) => code === CODE.none);
  }

  /** Runs what only asks, again and again with growing pauses, until it is answered or the log is closed. */
  async persist<Answer>(what: string, run: () => Promise<Answer>): Promise<Answer> {
    const patience = new Patience();
    for (;;) {
      this.check();
      try {
        return await run();
      } catch (error) {
        if (error instanceof LogError && error.code !== "not-acknowledged") throw error;
        this.check();
        if (patience.isLong) {
          this.options.logger?.warn({ error: String(error) }, `Kafka does not answer: ${what}`);
        }
        await patience.pause();
      }
    }
  }

  #askAbout(topic: string): Question["answer"] {
    if (this.#question === undefined || this.#question.topics.length >= TOPICS_PER_REQUEST) {
      this.#question = this.#newQuestion();
    }
    this.#question.topics.push(topic);
    this.#asking.set(topic, this.#question.answer);
    return this.#question.answer;
  }

  /** It is asked at the end of this turn of the event loop, with what others add until then. */
  #newQuestion(): Question {
    const topics: string[] = [];
    const ask = async (): Question["answer"] => {
      await new Promise(setImmediate);
      if (this.#question?.topics === topics) this.#question = undefined;
      try {
        return await this.#ask(topics);
      } finally {
        for (const topic of topics) this.#asking.delete(topic);
      }
    };
    return { topics, answer: ask() };
  }

  async #ask(topics: readonly string[]): Question["answer"] {
    const refused = new Map<string, Error>();
    const { topics: found } = await this.#metadata(topics);
    for (const { name, code, leaders } of found) {
      if (code === CODE.none || code === CODE.leaderNotAvailable) this.#leaders.set(name, leaders);
      else if (isLeaderMoved(code)) this.#leaders.delete(name);
      else refused.set(name, refusalOf(code, `to ask for ${name}`));
    }
    return refused;
  }

  async #metadata(topics: readonly string[] | null): Promise<Metadata> {
    const candidates = this.#candidates();
    let failure: unknown;
    for (let tries = 0; tries < candidates.length; tries += 1) {
      this.check();
      const address = candidates[(this.#seed + tries) % candidates.length];
      if (address === undefined) break;
      try {
        const connection = this.#connections.named(
          `${address.host}:${address.port} control`,
          address,
        );
        const metadata = await connection.callRaw({
          name: "Metadata",
          apiKey: 3,
          apiVersion: 6,
          body: [writeMetadata(topics)],
          read: readMetadata,
        });
        this.#seed += tries;
        this.#learn(metadata);
        return metadata;
      } catch (error) {
        failure = error;
        if (error instanceof LogError) throw error;
      }
    }
    throw failure instanceof Error ? failure : new Error("no broker can be asked");
  }

  /** The brokers we know of first, then those we were told of at the beginning. */
  #candidates(): readonly Address[] {
    const seeds = this.options.brokers.map((text) => {
      const colon = text.lastIndexOf(":");
      return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
    });
    return [...this.#brokers.values(), ...seeds];
  }

  #learn({ clusterId, brokers, controller }: Metadata): void {
    if (this.#id !== undefined && clusterId !== this.#id) {
      const message = `the brokers belong to the cluster ${clusterId}, and before to ${this.#id}`;
      this.#failure = new LogError("cluster-changed", "refused", message);
      this.#onForeign(this.#failure);
      throw this.#failure;
    }
    this.#id = clusterId;
    this.#controller = controller;
    this.#brokers = new Map(brokers.map(({ node, host, port }) => [node, { host, port }]));
  }
}

export function unknownTopic(topic: string): LogError {
  return new LogError("unknown-topic", "refused", `there is no topic ${topic}`);
}

function unknownPartition(topic: string, partition: number): LogError {
  return new LogError("unknown-topic", "refused", `${topic} has no partition ${partition}`);
}

/** What a broker does not let us do; it may be allowed later, so it is tried again. */
export function refusalOf(code: number, what: string): LogError | Error {
  switch (code) {
    case CODE.topicNotAuthorized:
    case CODE.groupNotAuthorized:
    case CODE.clusterNotAuthorized:
      return new Error(`the broker does not allow us ${what}: ${codeName(code)}`);
    default:
      return new Error(`the broker refused ${what}: ${codeName(code)}`);
  }
}
