import type { FastifyReply } from "fastify";
import type { Caller } from "../caller.ts";
import { eventText, KEEP_ALIVE_TEXT } from "./event-text.ts";

/** So much may wait for a reader before it is cut off; it comes back and begins anew. */
const BUFFER_BYTES_MAX = 16 * 1024 * 1024;

/** One client that reads server-sent events. */
export class EventConnection {
  readonly caller: Caller;
  /** What is said when there was nothing to say for a while. */
  idleText: () => string = () => KEEP_ALIVE_TEXT;
  readonly #raw: FastifyReply["raw"];
  readonly #onClose: () => void;
  #closed = false;
  #spoke = true;

  /** Takes the answer over: from now on it is a stream of events. */
  constructor(
    reply: FastifyReply,
    caller: Caller,
    headers: Readonly<Record<string, string | number>>,
    onClose: () => void,
  ) {
    this.caller = caller;
    this.#raw = reply.raw;
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

  send(text: string): void {
    if (this.#closed) return;
    this.#spoke = true;
    this.#raw.write(text);
    if (this.#raw.writableLength > BUFFER_BYTES_MAX) {
      this.end("too-slow", "more waits for this reader than is kept; connect again");
      // What was cut off does not read its last event soon, and must not be waited for.
      this.#raw.socket?.setTimeout(5_000, () => this.#raw.destroy());
    }
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

  /** Called at intervals: says something if nothing was said since. */
  keepAlive(): void {
    if (!this.#spoke) this.#raw.write(this.idleText());
    this.#spoke = false;
  }

  /** The last event says why. */
  end(code: string, detail: string): void {
    if (this.#closed) return;
    this.#raw.end(eventText("end", JSON.stringify({ code, detail })));
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }
}
