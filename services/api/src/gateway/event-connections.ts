import type { Commit } from "@titan/domain";
import { standingOf } from "../authenticate.ts";
import type { ReadModel } from "../read-model/read-model.ts";
import type { LineWriter } from "../replay/line-writer.ts";
import type { EventConnection } from "./event-connection.ts";

/**
 * All open streams of events. One timer keeps all of them alive; a change that takes a caller's
 * token away ends its streams. A host that was deleted first hears what it loses.
 */
export class EventConnections {
  readonly #open = new Set<EventConnection>();
  readonly #model: ReadModel;
  readonly #timer: NodeJS.Timeout;
  readonly #stop: readonly (() => void)[];
  /** Streams of deleted hosts, with the revision that they may still hear. */
  readonly #leaving = new Map<EventConnection, number>();

  constructor(model: ReadModel, replays: ReadonlySet<LineWriter>, keepAliveMs: number) {
    this.#model = model;
    this.#timer = setInterval(() => {
      for (const connection of this.#open) connection.keepAlive();
      for (const lines of replays) lines.keepAlive();
    }, keepAliveMs);
    this.#timer.unref();
    this.#stop = [
      model.nouns.listen((commit) => this.#review(commit)),
      model.derived.listen(({ cut }) => {
        for (const [connection, revision] of this.#leaving) {
          if (cut >= revision) connection.end("not-allowed", "the host was deleted");
        }
      }),
    ];
  }

  get size(): number {
    return this.#open.size;
  }

  add(connection: EventConnection): void {
    this.#open.add(connection);
  }

  remove(connection: EventConnection): void {
    this.#open.delete(connection);
    this.#leaving.delete(connection);
  }

  closeAll(): void {
    clearInterval(this.#timer);
    for (const stop of this.#stop) stop();
    for (const connection of this.#open) {
      connection.end("server-closing", "the server is shut down; connect again");
    }
  }

  #review(commit: Commit): void {
    if (!commit.events.some(({ kind }) => kind === "Token" || kind === "Host")) return;
    for (const connection of this.#open) {
      switch (standingOf(this.#model.nouns.world, connection.caller)) {
        case "good":
          break;
        case "host-gone":
          if (!this.#leaving.has(connection)) this.#leaving.set(connection, commit.revision);
          break;
        case "token-gone":
          connection.end("not-allowed", "the token opens this no longer");
          break;
      }
    }
  }
}
