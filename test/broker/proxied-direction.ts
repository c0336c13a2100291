import type { Socket } from "node:net";

/** More than this is left with the sender, as a full window would. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/** How bytes pass just now; the proxy changes it, and each direction looks before each piece. */
export interface Passage {
  readonly delayMs: number;
  readonly frozen: boolean;
  swallows(bytes: Bytes): boolean;
}

/** Some bytes, or the sender's word that there are no more. */
export type Bytes = Buffer | "end";

type Piece = { readonly bytes: Bytes; readonly dueMs: number };

/** What goes from one socket to another: in order, and as late as the passage says. */
export class ProxiedDirection {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #passage: () => Passage;
  readonly #pieces: Piece[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #full = false;
  #lostBytes = 0;

  constructor(from: Socket, to: Socket, passage: () => Passage) {
    this.#from = from;
    this.#to = to;
    this.#passage = passage;
    from.on("data", (bytes: Buffer) => this.#take(bytes));
    from.on("end", () => this.#take("end"));
    to.on("drain", () => {
      this.#full = false;
      this.pass();
    });
    to.on("close", () => clearTimeout(this.#timer));
  }

  /** How many bytes were swallowed; after the first, what comes later makes no sense. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  #take(bytes: Bytes): void {
    this.#pieces.push({ bytes, dueMs: performance.now() + this.#passage().delayMs });
    if (bytes !== "end") this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES_MAX) this.#from.pause();
    this.pass();
  }

  /** Passes on what may go now, and sees to what may go later. Called again when the passage changes. */
  pass(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const piece = this.#pieces[0];
      if (piece === undefined || this.#full || this.#to.destroyed) return;
      if (this.#passage().frozen) return;
      const earlyMs = piece.dueMs - performance.now();
      if (earlyMs > 0) {
        this.#timer = setTimeout(() => this.pass(), earlyMs);
        return;
      }
      this.#pieces.shift();
      this.#send(piece.bytes);
    }
  }

  #send(bytes: Bytes): void {
    const swallowed = this.#passage().swallows(bytes);
    if (bytes === "end") {
      if (!swallowed) this.#to.end();
      return;
    }
    this.#heldBytes -= bytes.length;
    if (this.#from.isPaused() && this.#heldBytes <= HELD_BYTES_MAX) this.#from.resume();
    if (swallowed) this.#lostBytes += bytes.length;
    else if (this.#to.writable) this.#full = !this.#to.write(bytes);
  }
}
