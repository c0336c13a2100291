/** Small answers are read together; a large one into a buffer of its own, where it stays. */
const SMALL_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;
/** More than any answer takes: fetches are limited, and a broker's own limit of a request is 100 MiB. */
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Cuts what a socket reads into answers, each with its length of four bytes before it. The rest of an
 * answer that did not come at once is read to where it stays, so that bulk is never copied.
 */
export class AnswerFrames {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #small = Buffer.allocUnsafeSlow(SMALL_BYTES);
  #smallEnd = 0;
  #large: Buffer | undefined;
  #largeEnd = 0;

  /** `onFrame` gets an answer with its length, which nobody else writes to. */
  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Where the next bytes are to be written; never empty. */
  room(): Buffer {
    return this.#large === undefined
      ? this.#small.subarray(this.#smallEnd)
      : this.#large.subarray(this.#largeEnd);
  }

  /** So many bytes were written there. Throws a `RangeError` when they are no answer. */
  filled(bytes: number): void {
    if (this.#large === undefined) {
      this.#smallEnd += bytes;
      this.#cut();
      return;
    }
    this.#largeEnd += bytes;
    if (this.#largeEnd < this.#large.length) return;
    const whole = this.#large;
    this.#large = undefined;
    this.#onFrame(whole);
  }

  #cut(): void {
    let at = 0;
    while (this.#smallEnd - at >= LENGTH_BYTES) {
      const size = LENGTH_BYTES + this.#small.readInt32BE(at);
      if (size < LENGTH_BYTES || size > FRAME_BYTES_MAX) {
        throw new RangeError("what answers is no Kafka broker");
      }
      if (at + size > this.#smallEnd) {
        this.#large = Buffer.allocUnsafeSlow(size);
        this.#largeEnd = this.#small.copy(this.#large, 0, at, this.#smallEnd);
        this.#smallEnd = 0;
        return;
      }
      // The small buffer is written to again.
      const frame = Buffer.from(this.#small.subarray(at, at + size));
      at += size;
      this.#onFrame(frame);
    }
    this.#small.copyWithin(0, at, this.#smallEnd);
    this.#smallEnd -= at;
  }
}
