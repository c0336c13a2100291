import { setTimeout as sleep } from "node:timers/promises";
import type { Cut, FollowedTopic, TitanClient } from "@titan/client";
import type { Version } from "../history/history-line.ts";
import { contentOf, NOUN_TOPICS } from "../truth/topic-record.ts";
import type { ClientSetting } from "./client-setting.ts";

const TOPICS = Object.values(NOUN_TOPICS) as FollowedTopic[];
const AGAIN_MS = 200;
/** Each begins from nothing after so long. */
const LIVES_MS = 12_000;

/** Another service that follows the noun topics by the published client. */
export class Follower {
  readonly #name: string;
  readonly #setting: ClientSetting;
  readonly #open: () => Promise<TitanClient>;
  readonly #stopping = new AbortController();
  #revision = 0;

  constructor(name: string, setting: ClientSetting, open: () => Promise<TitanClient>) {
    this.#name = name;
    this.#setting = setting;
    this.#open = open;
  }

  /** Of the last cut. */
  get revision(): number {
    return this.#revision;
  }

  /** It goes on when load has ended, until it is stopped. */
  async run(): Promise<void> {
    for (let life = 1; !this.#stopping.signal.aborted; life += 1) {
      try {
        await this.#follow(`${this.#name}-${life}`);
      } catch {
        // Whoever can not reach the brokers tries again; what it was handed stays recorded.
        await sleep(AGAIN_MS);
      }
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #follow(client: string): Promise<void> {
    const titan = await this.#open();
    try {
      const following = titan.follow({ topics: TOPICS, onCut: (cut) => this.#take(client, cut) });
      const over = sleep(LIVES_MS, undefined, { signal: this.#stopping.signal }).catch(() => {});
      await Promise.race([following.done, over]);
      await following.close();
    } finally {
      await titan.close();
    }
  }

  #take(client: string, { revision, state }: Cut<FollowedTopic>): void {
    const { recorder, workspace } = this.#setting;
    const objects: Version[] = [];
    for (const [kind, topic] of Object.entries(NOUN_TOPICS)) {
      for (const [key, entry] of state[topic as FollowedTopic]) {
        if (!key.startsWith(`${workspace}/`) || !("labels" in entry.current)) continue;
        const { labels, createdRevision } = entry.current;
        const content = contentOf({ labels, createdRevision });
        const { revision: own } = entry;
        objects.push({ kind, key, revision: own, created: createdRevision, content, digest: "" });
      }
    }
    recorder.cut({ client, revision, objects });
    this.#revision = revision;
  }
}
