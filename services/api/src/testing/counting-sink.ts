import type { EventSink } from "../gateway/event-sink.ts";

/** For tests: a sink that counts how often it is looked at. */
export class CountingSink implements EventSink {
  closed = false;
  looks = 0;
  keptAlive = 0;
  readonly texts: string[] = [];
  endedWith: string | undefined;
  readonly #caller: EventSink["caller"];

  constructor(caller: EventSink["caller"]) {
    this.#caller = caller;
  }

  get caller(): EventSink["caller"] {
    this.looks += 1;
    return this.#caller;
  }

  send(text: string): void {
    this.texts.push(text);
  }

  keepAlive(): void {
    this.keptAlive += 1;
  }

  end(code: string): void {
    this.endedWith = code;
  }
}
