import type { AppendRecord } from "@titan/event-log";

/** So many written records are kept until they were read again. */
const RECORDS_MAX = 10_000;

interface Written<About> {
  readonly value: Uint8Array;
  readonly about: About;
}

/**
 * What was written last under each key and was not read again yet. An owner reads all that it writes;
 * what it recognizes by its bytes it need not decode. A few may be missing, never one wrong.
 */
export class WrittenRecords<About> {
  readonly #byKey = new Map<string, Written<About>>();

  add({ key, value }: AppendRecord, about: About): void {
    if (this.#byKey.size >= RECORDS_MAX) this.#byKey.clear();
    this.#byKey.set(key, { value, about });
  }

  /** What the record is about if it is the one that was written; it is forgotten then. */
  recognize({ key, value }: AppendRecord): About | undefined {
    const written = this.#byKey.get(key);
    if (written === undefined || Buffer.compare(written.value, value) !== 0) return undefined;
    this.#byKey.delete(key);
    return written.about;
  }
}
