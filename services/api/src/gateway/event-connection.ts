import type { FastifyReply } from "fastify";
import type { Caller } from "../caller.ts";
import type { EventSink } from "./event-sink.ts";
import { eventText, KEEP_ALIVE_TEXT } from "./event-text.ts";
import type { WaitingReader, WaitingReaders } from "./waiting-readers.ts";

export interface ReaderLimits {
  /** So much may wait for a reader before it is cut off; it comes back and begins anew. */
  readonly waitingBytesMax: number;
  /** A reader for which something waits is gone when it takes nothing of it for so long. */
  readonly stuckMs: number;
  /** So long there is to read the last event of a stream. */
  readonly lastEventMs: number;
}

/** An agent that hears nothing for a minute has given up too. */
const READER_LIMITS: ReaderLimits = {
  waitingBytesMax: 16 * 1024 * 1024,
  stuckMs: 60_000,
  lastEventMs: 5_000,
};
/** So little is not counted: it waits for the end of this turn, not for the reader. */
const ON_ITS_WAY_BYTES = 64 * 1024;

/** One client that reads server-sent events. */
export class EventConnection implements EventSink, WaitingReader {
  readonly caller: Caller;
  /** What is said when there was nothing to say for a while. */
  idleText: () => string = () => KEEP_ALIVE_TEXT;
  readonly #raw: FastifyReply["raw"];
  readonly #all: WaitingReaders;
  readonly #limits: ReaderLimits;
  readonly #onClose: () => void;
  #closed = false;
  #spoke = true;
  #isBehind = false;

  /** Takes the answer over: from now on it is a stream of events. */
  constructor(
    reply: Pick<FastifyReply, "raw" | "hijack">,
    options: {
      readonly caller: Caller;
      readonly headers: Readonly<Record<string, string | number>>;
      readonly all: WaitingReaders;
      readonly limits?: ReaderLimits;
      readonly onClose: () => void;
    },
  ) {
    const { caller, headers, all, limits = READER_LIMITS, onClose } = options;
    this.caller = caller;
    this.#raw = reply.raw;
    this.#all = all;
    this.#limits = limits;
    this.#onClose = onClose;
    reply.hijack();
    this.#raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      ...headers,
    });
    // Keep-alives are sent, so silence of the other side means nothing.
    this.#raw.socket?.setTimeout(0);
    this.#raw.on("close", () => this.#close());
    this.#raw.on("error", () => this.#close());
    // It may have left while it was waited for something; then no event comes any more.
    if (this.#raw.destroyed) queueMicrotask(() => this.#close());
  }

  get closed(): boolean {
    return this.#closed;
  }

  get waitingBytes(): number {
    return this.#closed ? 0 : this.#raw.writableLength;
  }

  send(text: string): void {
    if (this.#closed) return;
    this.#spoke = true;
    this.#raw.write(text);
    const waiting = this.#raw.writableLength;
    if (waiting < ON_ITS_WAY_BYTES) return;
    if (waiting <= this.#limits.waitingBytesMax) this.#all.look(this);
    else this.end("too-slow", "more waits for this reader than is kept; connect again");
  }

  /** Resolves when little waits for the reader, or it is gone. */
  async drained(): Promise<void> {
    while (!this.#closed && this.#raw.writableNeedDrain) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#raw.off("drain", done);
          this.#raw.off("close", done);
          resolve();
        };
        this.#raw.on("drain", done);
        this.#raw.on("close", done);
      });
    }
  }

  /** What waits says that the connection is there too; more would only wait behind it. */
  keepAlive(): void {
    const isBehind = this.#raw.writableLength > 0;
    if (isBehind !== this.#isBehind) {
      this.#isBehind = isBehind;
      // Begins anew with each part that the reader takes; when it is over the server ends the socket.
      this.#raw.socket?.setTimeout(isBehind ? this.#limits.stuckMs : 0);
    }
    this.#all.look(this);
    if (!this.#spoke && !isBehind) this.#raw.write(this.idleText());
    this.#spoke = false;
  }

  end(code: string, detail: string): void {
    if (this.#closed) return;
    this.#raw.end(eventText("end", JSON.stringify({ code, detail })));
    // Who does not read does not read its last event either, and must not be waited for.
    this.#raw.socket?.setTimeout(this.#limits.lastEventMs);
    this.#close();
  }

  cutOff(): void {
    this.#raw.destroy();
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#all.look(this);
    this.#onClose();
  }
}
