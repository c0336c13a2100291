import type { FastifyReply } from "fastify";

/** Writes lines to one client, no faster than it reads, and at most so many. */
export class LineWriter {
  readonly #raw: FastifyReply["raw"];
  readonly #ended: Promise<void>;
  #left: number;
  #closed = false;

  constructor(
    reply: FastifyReply,
    linesMax: number,
    headers: Readonly<Record<string, string | number>>,
  ) {
    this.#raw = reply.raw;
    this.#left = linesMax;
    reply.hijack();
    this.#raw.writeHead(200, {
      "content-type": "application/x-ndjson; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    });
    // A stream that is followed may be silent for long.
    this.#raw.socket?.setTimeout(0);
    this.#closed = this.#raw.destroyed;
    this.#ended = new Promise((resolve) => {
      if (this.#closed) resolve();
      this.#raw.on("close", () => {
        this.#closed = true;
        resolve();
      });
    });
  }

  /** Whether nothing more is wanted: the client left, or has all that it asked for. */
  get full(): boolean {
    return this.#closed || this.#left === 0;
  }

  /** Resolves when the client is gone or was sent everything. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  async write(line: string): Promise<void> {
    if (this.full) return;
    this.#left -= 1;
    if (this.#raw.write(line)) return;
    await new Promise<void>((resolve) => {
      this.#raw.once("drain", resolve);
      void this.#ended.then(resolve);
    });
  }

  /** Called at intervals while there may be nothing to write: a blank line between two others. */
  keepAlive(): void {
    if (!this.#closed && !this.#raw.writableNeedDrain) this.#raw.write("\n");
  }

  end(): void {
    if (!this.#closed) this.#raw.end();
  }
}
