import type { Code } from "../codes.ts";

/** Bytes of all files of a deployment; values of the host count as the longest that they can be. */
export const OUTPUT_BYTES_MAX = 512 * 1_024;
/** Steps that rendering a deployment may take: each text, tag, section, and each turn of a section. */
export const EVALUATIONS_MAX = 100_000;
/** A name and a label value have at most so many bytes. */
export const HOST_VALUE_BYTES_MAX = 63;

/** Counts what rendering one deployment costs, and says when it is too much. */
export class RenderBudget {
  #evaluations = 0;
  #bytes = 0;

  step(): void {
    this.#evaluations++;
  }

  write(bytes: number): void {
    this.#bytes += bytes;
  }

  get evaluations(): number {
    return this.#evaluations;
  }

  /** The limit that is exceeded; undefined while none is. */
  get exceeded(): Extract<Code, "output-too-large" | "render-too-long"> | undefined {
    if (this.#bytes > OUTPUT_BYTES_MAX) return "output-too-large";
    return this.#evaluations > EVALUATIONS_MAX ? "render-too-long" : undefined;
  }
}
