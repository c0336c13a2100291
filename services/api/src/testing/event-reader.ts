/** One server-sent event as it arrived. */
export interface ReadEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a stream of events over a real connection. */
export class EventReader {
  readonly status: number;
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #abort: AbortController;
  #text = "";
  #events: ReadEvent[] = [];

  private constructor(
    status: number,
    body: ReadableStreamDefaultReader<Uint8Array>,
    abort: AbortController,
  ) {
    this.status = status;
    this.#body = body;
    this.#abort = abort;
  }

  static async open(
    url: string,
    token: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<EventReader> {
    const abort = new AbortController();
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      signal: abort.signal,
    });
    if (response.body === null) throw new Error("the answer has no body");
    return new EventReader(response.status, response.body.getReader(), abort);
  }

  /** All events up to and with the first of this name. */
  async until(name: string): Promise<readonly ReadEvent[]> {
    for (;;) {
      const at = this.#events.findIndex(({ event }) => event === name);
      if (at >= 0) return this.#events.splice(0, at + 1);
      const { done, value } = await this.#body.read();
      if (done) throw new Error(`the stream ended before ${name}: ${this.#text}`);
      this.#text += new TextDecoder().decode(value);
      this.#split();
    }
  }

  close(): void {
    this.#abort.abort();
  }

  #split(): void {
    const parts = this.#text.split("\n\n");
    this.#text = parts.pop() ?? "";
    for (const part of parts) {
      const fields = new Map<string, string>();
      for (const line of part.split("\n")) {
        const colon = line.indexOf(": ");
        if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
      }
      const event = fields.get("event");
      if (event === undefined) continue;
      this.#events.push({
        event,
        id: fields.get("id"),
        data: JSON.parse(fields.get("data") ?? "{}"),
      });
    }
  }
}
