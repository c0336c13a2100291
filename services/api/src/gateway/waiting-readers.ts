/** So much may wait for all readers together. */
const WAITING_BYTES_MAX = 256 * 1024 * 1024;

/** A reader for which something waits. */
export interface WaitingReader {
  /** What waits now; 0 when it is gone. */
  readonly waitingBytes: number;
  /** At once: whatever waits for it is given up. */
  cutOff(): void;
}

/**
 * Bounds what waits for slow readers, however many they are: when it is too much, the one that has
 * not read for longest is cut off. Whoever reads keeps its place.
 */
export class WaitingReaders {
  readonly #bytesMax: number;
  /** What waited when it was looked at last; who was seen to read moves to the end. */
  readonly #known = new Map<WaitingReader, number>();
  #bytes = 0;

  constructor(bytesMax: number = WAITING_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** What waited when each was looked at. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#known.size;
  }

  /** To be called whenever more waits for a reader, and when nothing does any more. */
  look(reader: WaitingReader): void {
    this.#set(reader, reader.waitingBytes);
    while (this.#bytes > this.#bytesMax) {
      const [first] = this.#known;
      if (first === undefined) return;
      const [oldest, before] = first;
      const now = oldest.waitingBytes;
      if (now < before) {
        this.#known.delete(oldest);
        this.#bytes -= before;
        this.#set(oldest, now);
      } else {
        this.#set(oldest, 0);
        oldest.cutOff();
      }
    }
  }

  #set(reader: WaitingReader, bytes: number): void {
    this.#bytes += bytes - (this.#known.get(reader) ?? 0);
    if (bytes > 0) this.#known.set(reader, bytes);
    else this.#known.delete(reader);
  }
}
