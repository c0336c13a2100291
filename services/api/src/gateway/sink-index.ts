import type { EventSink } from "./event-sink.ts";

const NONE: readonly EventSink[] = [];

/** Sinks by what they depend on. Most keys have one sink, which then takes no set of its own. */
export class SinkIndex {
  readonly #sinks = new Map<string, EventSink | Set<EventSink>>();

  add(key: string, sink: EventSink): void {
    const known = this.#sinks.get(key);
    if (known === undefined) this.#sinks.set(key, sink);
    else if (known instanceof Set) known.add(sink);
    else if (known !== sink) this.#sinks.set(key, new Set([known, sink]));
  }

  remove(key: string, sink: EventSink): void {
    const known = this.#sinks.get(key);
    if (known === sink) this.#sinks.delete(key);
    if (known instanceof Set && known.delete(sink) && known.size === 0) this.#sinks.delete(key);
  }

  /** Those of a key; ones that are removed meanwhile are passed over. */
  of(key: string): Iterable<EventSink> {
    const known = this.#sinks.get(key);
    if (known === undefined) return NONE;
    return known instanceof Set ? known : [known];
  }
}
