import { createHash } from "node:crypto";
import type { SimulatedEvent } from "@titan/event-log/testing";

/**
 * Everything that happens in a history, in order, hashed on the way: two runs of one seed must have
 * the same hash. What people can read of it is kept only when asked for.
 */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #lines: string[] | undefined;
  readonly #now: () => number;
  #events = 0;

  constructor(now: () => number, keep: boolean) {
    this.#now = now;
    this.#lines = keep ? [] : undefined;
  }

  /** How many events there were, to see that the hash says something. */
  get events(): number {
    return this.#events;
  }

  /** Operations and faults, oldest first. */
  get lines(): readonly string[] {
    return this.#lines ?? [];
  }

  /** Something that whoever reads the history wants to know. */
  note(text: string): void {
    this.add(text);
    this.#lines?.push(`${this.#now().toFixed(1)} ms: ${text}`);
  }

  add(text: string): void {
    this.#events += 1;
    this.#hash.update(`${this.#now()} ${text}\n`);
  }

  log(event: SimulatedEvent): void {
    switch (event.kind) {
      case "landed":
        this.add(`landed ${event.topic} ${event.partition}`);
        for (const { offset, key, value } of event.records) {
          this.#hash.update(`${offset} ${key} `).update(value);
        }
        return;
      case "delivered":
        this.add(
          `${event.client} got ${event.topic} ${event.partition} ${event.records} to ${event.next}`,
        );
        return;
      case "acknowledged":
        this.add(`${event.client} learned ${event.offsets.join(" ")}`);
        return;
      case "not-acknowledged":
        this.add(`${event.client} learned ${event.code}`);
        return;
      case "shortened":
        this.add(`shortened ${event.topic} ${event.partition}`);
        return;
      case "killed":
        this.note(`${event.client} is killed`);
        return;
      case "fault":
        this.note(`fault: ${event.name}`);
        return;
    }
  }

  /** Call it once, at the end. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}
