import type { Piece } from "../records.generated.ts";
import type { HostReference } from "./host-reference.ts";

/** Puts the pieces of one file together; neighbouring texts become one. */
export class PieceWriter {
  readonly #pieces: Piece[] = [];
  #text = "";

  text(text: string): void {
    this.#text += text;
  }

  host(reference: HostReference): void {
    this.#flush();
    if (reference.kind === "name") this.#pieces.push({ text: null, label: null, hostName: true });
    else this.#pieces.push({ text: null, label: reference.label, hostName: false });
  }

  /** The pieces so far; an empty file has none. */
  finish(): readonly Piece[] {
    this.#flush();
    return this.#pieces;
  }

  #flush(): void {
    if (this.#text !== "") this.#pieces.push({ text: this.#text, label: null, hostName: false });
    this.#text = "";
  }
}
