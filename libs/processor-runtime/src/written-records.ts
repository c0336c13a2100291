import type { AppendRecord } from "@titan/event-log";

/** So many bytes of values are kept until they were read again. */
const BYTES_MAX = 4 * 1024 * 1024;

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
  #bytes = 0;

  add({ key, value }: AppendRecord, about: About): void {
    this.#forget(key);
    if (this.#bytes + value.length > BYTES_MAX) this.clear();
    this.#byKey.set(key, { value, about });
    this.#bytes += value.length;
  }

  /** What the record is about if it is the one that was written; it is forgotten then. */
  recognize({ key, value }: AppendRecord): About | undefined {
    const written = this.#byKey.get(key);
    if (written === undefined || Buffer.compare(written.value, value) !== 0) return undefined;
    this.#forget(key);
    return written.about;
  }

  clear(): void {
    this.#byKey.clear();
    this.#bytes = 0;
  }

  #forget(key: string): void {
    this.#bytes -= this.#byKey.get(key)?.value.length ?? 0;
    this.#byKey.delete(key);
  }
}
