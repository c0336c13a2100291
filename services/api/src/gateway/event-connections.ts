import type { Commit } from "@titan/domain";
import { standingOf } from "../authenticate.ts";
import type { ReadModel } from "../read-model/read-model.ts";
import type { LineWriter } from "../replay/line-writer.ts";
import type { EventSink } from "./event-sink.ts";
import { SinkIndex } from "./sink-index.ts";
import { WaitingReaders } from "./waiting-readers.ts";

/** Keep-alives are sent in so many parts, so that a large fleet's do not hold up what happens meanwhile. */
const KEEP_ALIVE_PARTS = 100;
/** Parts are not closer together than this. */
const KEEP_ALIVE_PART_MS_MIN = 20;

/**
 * All open streams of events. One timer keeps all of them alive, some at a time; a change that
 * takes a caller's token away ends its streams, and costs nothing for those of others. A host that
 * was deleted first hears what it loses.
 */
export class EventConnections {
  /** What waits in all of them. */
  readonly waiting = new WaitingReaders();
  readonly #open = new Set<EventSink>();
  readonly #byToken = new SinkIndex();
  readonly #byHost = new SinkIndex();
  readonly #model: ReadModel;
  readonly #replays: ReadonlySet<LineWriter>;
  readonly #timer: NodeJS.Timeout;
  readonly #parts: number;
  readonly #stop: readonly (() => void)[];
  /** Streams of deleted hosts, with the revision that they may still hear. */
  readonly #leaving = new Map<EventSink, number>();
  /** Who is to be kept alive next; a set's iterator sees what comes and goes. */
  #round: SetIterator<EventSink> = this.#open.values();
  #part = 0;
  /** So many are to be kept alive by now; a part of one is carried over. */
  #due = 0;

  constructor(model: ReadModel, replays: ReadonlySet<LineWriter>, keepAliveMs: number) {
    this.#model = model;
    this.#replays = replays;
    const parts = Math.floor(keepAliveMs / KEEP_ALIVE_PART_MS_MIN);
    this.#parts = Math.max(1, Math.min(KEEP_ALIVE_PARTS, parts));
    this.#timer = setInterval(() => this.#keepSomeAlive(), keepAliveMs / this.#parts);
    this.#timer.unref();
    this.#stop = [
      model.nouns.listen((commit) => this.#review(commit)),
      model.derived.listen(({ cut }) => {
        for (const [connection, revision] of this.#leaving) {
          if (cut >= revision) endOfDeleted(connection);
        }
      }),
    ];
  }

  get size(): number {
    return this.#open.size;
  }

  /** Its caller may have lost its token while it was waited for something. */
  add(connection: EventSink): void {
    const { caller } = connection;
    this.#open.add(connection);
    this.#byToken.add(caller.actor, connection);
    if (caller.kind === "host") this.#byHost.add(caller.host, connection);
    this.#reviewOne(connection, this.#model.nouns.revision);
  }

  remove(connection: EventSink): void {
    const { caller } = connection;
    this.#open.delete(connection);
    this.#byToken.remove(caller.actor, connection);
    if (caller.kind === "host") this.#byHost.remove(caller.host, connection);
    this.#leaving.delete(connection);
  }

  closeAll(): void {
    clearInterval(this.#timer);
    for (const stop of this.#stop) stop();
    for (const connection of this.#open) {
      connection.end("server-closing", "the server is shut down; connect again");
    }
  }

  #keepSomeAlive(): void {
    this.#part = (this.#part + 1) % this.#parts;
    if (this.#part === 0) for (const lines of this.#replays) lines.keepAlive();
    this.#due += this.#open.size / this.#parts;
    for (; this.#due >= 1; this.#due -= 1) this.#nextInRound()?.keepAlive();
  }

  #nextInRound(): EventSink | undefined {
    const next = this.#round.next();
    if (next.done !== true) return next.value;
    this.#round = this.#open.values();
    return this.#round.next().value;
  }

  /** Standing depends on the token, and of a host's token on the host. */
  #review({ events, revision }: Commit): void {
    for (const { kind, key } of events) {
      const concerned =
        kind === "Token"
          ? this.#byToken.of(key)
          : kind === "Host"
            ? this.#byHost.of(key)
            : undefined;
      for (const connection of concerned ?? []) this.#reviewOne(connection, revision);
    }
  }

  #reviewOne(connection: EventSink, revision: number): void {
    switch (standingOf(this.#model.nouns.world, connection.caller)) {
      case "good":
        break;
      case "host-gone":
        if ((this.#model.derived.cut ?? -1) >= revision) endOfDeleted(connection);
        else if (!this.#leaving.has(connection)) this.#leaving.set(connection, revision);
        break;
      case "token-gone":
        connection.end("not-allowed", "the token opens this no longer");
        break;
    }
  }
}

function endOfDeleted(connection: EventSink): void {
  connection.end("not-allowed", "the host was deleted");
}
