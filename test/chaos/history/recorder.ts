import { closeSync, openSync, writeSync } from "node:fs";
import type { Answer, CutLine, HistoryLine, Request, WatchedEvent } from "./history-line.ts";

/** Writes a history to a file, a line at a time, each before whoever reported it goes on. */
export class Recorder {
  readonly #file: number;
  readonly #lines: HistoryLine[] = [];
  #calls = 0;
  #unknown = 0;

  constructor(path: string) {
    this.#file = openSync(path, "wx");
  }

  /** So far. */
  get lines(): readonly HistoryLine[] {
    return this.#lines;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Calls whose outcome their client does not know. */
  get unknown(): number {
    return this.#unknown;
  }

  /** To be called before the request is sent. Answers the number of the call. */
  call(client: string, server: number, request: Request): number {
    this.#calls += 1;
    this.#write({ is: "call", call: this.#calls, client, server, request });
    return this.#calls;
  }

  answer(call: number, answer: Answer): void {
    if (answer.is === "unknown") this.#unknown += 1;
    this.#write({ is: "answer", call, answer });
  }

  watched(call: number, event: WatchedEvent): void {
    this.#write({ is: "watched", call, event });
  }

  cut(cut: Omit<CutLine, "is">): void {
    this.#write({ is: "cut", ...cut });
  }

  /** Whoever is still at work after this is not heard. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #isClosed = false;

  #write(line: HistoryLine): void {
    if (this.#isClosed) return;
    this.#lines.push(line);
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}
