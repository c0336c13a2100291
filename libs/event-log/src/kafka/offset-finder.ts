import type { Bounds } from "../event-log.ts";
import type { Cluster } from "./cluster.ts";
import { CODE, isLeaderMoved } from "./protocol-code.ts";
import { refusalOf, unknownTopic } from "./cluster.ts";

interface Asked {
  readonly topic: string;
  readonly partition: number;
  readonly resolve: (bounds: Bounds) => void;
  readonly reject: (error: unknown) => void;
}

interface OffsetsAnswer {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly offset: string;
    }[];
  }[];
}

type Found = ReadonlyMap<string, { readonly code: number; readonly offset: number }>;

const EARLIEST = -2;
const LATEST = -1;
/** Also what open transactions of others hold back counts: readers get it too. */
const READ_UNCOMMITTED = 0;

/** Finds the ends of partitions; those that are asked for in one turn of the event loop together. */
export class OffsetFinder {
  readonly #cluster: Cluster;
  #waiting: Asked[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Rejects with `unknown-topic`, and with what the connection says. */
  find(topic: string, partition: number): Promise<Bounds> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ topic, partition, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    const byLeader = new Map<number, Asked[]>();
    await Promise.all(
      asked.map(async (one) => {
        try {
          const leader = await this.#cluster.leaderOf(one.topic, one.partition);
          const group = byLeader.get(leader);
          if (group === undefined) byLeader.set(leader, [one]);
          else group.push(one);
        } catch (error) {
          one.reject(error);
        }
      }),
    );
    await Promise.all([...byLeader].map(([leader, group]) => this.#ask(leader, group)));
  }

  async #ask(leader: number, asked: readonly Asked[]): Promise<void> {
    try {
      const [starts, ends] = await Promise.all([
        this.#offsets(leader, asked, EARLIEST),
        this.#offsets(leader, asked, LATEST),
      ]);
      for (const one of asked) {
        const id = `${one.topic} ${one.partition}`;
        const start = starts.get(id);
        const end = ends.get(id);
        const code = start?.code || end?.code || CODE.none;
        if (isLeaderMoved(code)) this.#cluster.forget([one.topic]);
        if (start === undefined || end === undefined) one.reject(unknownTopic(one.topic));
        else if (code === CODE.none) one.resolve({ start: start.offset, end: end.offset });
        else one.reject(refusalOf(code, `to ask for the ends of ${one.topic}`));
      }
    } catch (error) {
      this.#cluster.forget(asked.map(({ topic }) => topic));
      for (const one of asked) one.reject(error);
    }
  }

  async #offsets(leader: number, asked: readonly Asked[], timestamp: number): Promise<Found> {
    const partitions = new Map<string, { partition: number; timestamp: number }[]>();
    for (const { topic, partition } of asked) {
      const list = partitions.get(topic) ?? [];
      partitions.set(topic, list);
      if (!list.some((other) => other.partition === partition)) list.push({ partition, timestamp });
    }
    const topics = [...partitions].map(([topic, list]) => ({ topic, partitions: list }));
    const fields = { replicaId: -1, isolationLevel: READ_UNCOMMITTED, topics };
    const connection = this.#cluster.connection(leader, "control");
    const answer = await connection.call<OffsetsAnswer>({ name: "ListOffsets", fields });
    const found = new Map<string, { code: number; offset: number }>();
    for (const { topic, partitions: parts } of answer.responses) {
      for (const { partition, errorCode, offset } of parts) {
        found.set(`${topic} ${partition}`, { code: errorCode, offset: Number(offset) });
      }
    }
    return found;
  }
}
