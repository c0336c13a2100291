/** One server-sent event. */
export interface ServerSentEvent {
  /** `message` when the server names none. */
  readonly type: string;
  readonly data: string;
  /** The newest id so far: what `Last-Event-ID` asks to go on after. */
  readonly lastEventId: string;
}

export interface EventStreamLimits {
  readonly lineBytesMax: number;
  /** Over all data lines of one event. */
  readonly eventBytesMax: number;
}

/** A record has at most 900 KiB; as JSON with base64 a few times that. */
export const EVENT_STREAM_LIMITS: EventStreamLimits = {
  lineBytesMax: 8 * 1024 * 1024,
  eventBytesMax: 16 * 1024 * 1024,
};

/** The server sends more than a well-behaved one can; drop the connection. */
export class EventStreamError extends Error {
  readonly code: "line-too-long" | "event-too-large";

  constructor(code: EventStreamError["code"], limitBytes: number) {
    super(`The event stream holds ${code} (over ${limitBytes} bytes).`);
    this.name = "EventStreamError";
    this.code = code;
  }
}

/** What a line takes in memory beside its text: lines without any must not be free. */
const LINE_BYTES = 32;
const LF = 0x0a;
const CR = 0x0d;
const BOM = "\ufeff";

/**
 * Reads `text/event-stream` as the WHATWG HTML standard has it, from chunks that are cut anywhere.
 * An event counts at its blank line; what a broken connection left unfinished is dropped with the
 * parser. Memory is bounded by the limits.
 */
export class EventStreamParser {
  readonly #limits: EventStreamLimits;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #lineParts: Uint8Array[] = [];
  #lineBytes = 0;
  #eventBytes = 0;
  #afterCr = false;
  #firstLine = true;
  #type = "";
  #data: string[] = [];
  #lastEventId = "";
  #retryMs: number | null = null;

  constructor(limits: EventStreamLimits = EVENT_STREAM_LIMITS) {
    this.#limits = limits;
  }

  /** Also moved by an event without data, such as a heartbeat that only carries an id. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** How long the server asks to wait before connecting again; null when it asked for nothing. */
  get retryMs(): number | null {
    return this.#retryMs;
  }

  /** The events that this chunk completes. */
  push(chunk: Uint8Array): readonly ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      const secondHalf = byte === LF && this.#afterCr;
      this.#afterCr = byte === CR;
      if (secondHalf) {
        start = at + 1;
      } else if (byte === LF || byte === CR) {
        this.#keep(chunk.subarray(start, at));
        start = at + 1;
        const event = this.#endLine();
        if (event !== null) events.push(event);
      }
    }
    // Copied, because the caller may use its buffer again. (A Buffer's own slice would not copy.)
    this.#keep(new Uint8Array(chunk.subarray(start)));
    return events;
  }

  #keep(part: Uint8Array): void {
    this.#lineBytes += part.length;
    const { lineBytesMax } = this.#limits;
    if (this.#lineBytes > lineBytesMax) throw new EventStreamError("line-too-long", lineBytesMax);
    if (part.length > 0) this.#lineParts.push(part);
  }

  #endLine(): ServerSentEvent | null {
    let line = this.#decoder.decode(Buffer.concat(this.#lineParts));
    this.#lineParts = [];
    this.#lineBytes = 0;
    if (this.#firstLine && line.startsWith(BOM)) line = line.slice(BOM.length);
    this.#firstLine = false;
    if (line === "") return this.#endEvent();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.#take(field, value);
    return null;
  }

  #take(field: string, value: string): void {
    if (field === "data") this.#addData(value);
    else if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.#lastEventId = value;
    else if (field === "retry" && /^\d{1,9}$/.test(value)) this.#retryMs = Number(value);
    // A comment has no field; fields that nobody knows are passed over too.
  }

  #addData(line: string): void {
    this.#eventBytes += Buffer.byteLength(line) + LINE_BYTES;
    const { eventBytesMax } = this.#limits;
    if (this.#eventBytes > eventBytesMax) {
      throw new EventStreamError("event-too-large", eventBytesMax);
    }
    this.#data.push(line);
  }

  #endEvent(): ServerSentEvent | null {
    const type = this.#type === "" ? "message" : this.#type;
    const lines = this.#data;
    this.#type = "";
    this.#data = [];
    this.#eventBytes = 0;
    if (lines.length === 0) return null;
    return { type, data: lines.join("\n"), lastEventId: this.#lastEventId };
  }
}
