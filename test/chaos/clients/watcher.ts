import { setTimeout as sleep } from "node:timers/promises";
import { pick } from "../../flows/seeded-random.ts";
import type { Answer, WatchedEvent } from "../history/history-line.ts";
import { PATIENCE_MS, type ClientSetting } from "./client-setting.ts";
import { EventTextReader, type ReadEvent } from "./event-text-reader.ts";
import { problemOf, reasonOf, versionOf } from "./http-call.ts";

export interface WatchOptions {
  readonly kind: string;
  readonly label?: readonly [string, string];
}

const AGAIN_MS = 50;
const CONNECTION_MS_MIN = 500;
const CONNECTION_MS_RANGE = 4_000;
/** After any event it may leave; what was on its way behind that event is lost to it. */
const LEAVES_CHANCE = 0.05;

/** Watches a list and takes it up again behind the last event id, as a browser's EventSource does. */
export class Watcher {
  readonly #name: string;
  readonly #setting: ClientSetting;
  readonly #random: () => number;
  readonly #options: WatchOptions;
  readonly #stopping = new AbortController();
  #lastId: string | undefined;
  /** The newest revision of which it knows everything, or something. */
  #revision = 0;

  constructor(name: string, setting: ClientSetting, random: () => number, options: WatchOptions) {
    this.#name = name;
    this.#setting = setting;
    this.#random = random;
    this.#options = options;
  }

  get revision(): number {
    return this.#revision;
  }

  /** It goes on when load has ended, until it is stopped. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#connect();
      await sleep(AGAIN_MS);
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #connect(): Promise<void> {
    const { recorder, servers } = this.#setting;
    const server = pick(this.#random, [...servers.keys()]);
    const after = this.#lastId;
    const call = recorder.call(this.#name, server, {
      does: "watch",
      session: this.#name,
      ...this.#options,
      ...(after === undefined ? {} : { after }),
    });
    recorder.answer(call, await this.#read(call, servers[server] ?? "", after));
  }

  async #read(call: number, server: string, after: string | undefined): Promise<Answer> {
    const { recorder, token, workspace } = this.#setting;
    const { kind, label } = this.#options;
    const query =
      label === undefined ? "" : `&labelSelector=${encodeURIComponent(label.join("="))}`;
    const url = `${server}/v1/workspaces/${workspace}/${kind.toLowerCase()}s?watch=true${query}`;
    const livesMs = CONNECTION_MS_MIN + this.#random() * CONNECTION_MS_RANGE;
    const abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), PATIENCE_MS);
    const signal = AbortSignal.any([abort.signal, this.#stopping.signal]);
    try {
      const response = await fetch(url, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(after === undefined ? {} : { "last-event-id": after }),
        },
        signal,
      });
      if (response.status !== 200) return refusalOf(response.status, await response.json());
      if (response.body === null) return { is: "ended", why: "there is nothing to read" };
      setTimeout(() => abort.abort(), livesMs).unref();
      const events = new EventTextReader(after ?? "");
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        for (const event of events.take(text)) {
          if (event.event === "end") return { is: "ended", why: event.data };
          recorder.watched(call, this.#take(event));
          if (this.#random() < LEAVES_CHANCE) {
            abort.abort();
            return { is: "ended", why: "left" };
          }
        }
      }
      return { is: "ended", why: "closed" };
    } catch (error) {
      return { is: "ended", why: reasonOf(error) };
    } finally {
      clearTimeout(patience);
    }
  }

  #take({ event, id, data }: ReadEvent): WatchedEvent {
    const type = event as WatchedEvent["type"];
    if (id !== "") this.#lastId = id;
    const { object, revision } = JSON.parse(data) as {
      readonly object?: unknown;
      readonly revision?: number;
    };
    if (object === undefined) {
      this.#revision = Math.max(this.#revision, revision ?? 0);
      return { type, id, revision: revision ?? 0 };
    }
    const version = versionOf(object);
    this.#revision = Math.max(this.#revision, version.revision);
    return { type, id, version };
  }
}

function refusalOf(status: number, body: unknown): Answer {
  const { code } = problemOf(body);
  if (code === "lagging" || code === "starting") return { is: "not-done", code };
  return { is: "unexpected", status, body: JSON.stringify(body) };
}
