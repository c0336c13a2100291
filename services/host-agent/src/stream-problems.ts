import type { Problem } from "@titan/domain";
import type { TransportProblem } from "./transport.ts";

/**
 * What is wrong with the streams of a host, each until it comes to a cut again.
 *
 * A deployment's stream that is not there is nobody's problem: it was deleted, and the host's own
 * stream says so, or is about to.
 */
export class StreamProblems {
  readonly #own: string;
  readonly #problems = new Map<string, Problem>();

  constructor(own: string) {
    this.#own = own;
  }

  note(stream: string, { code, detail }: TransportProblem): void {
    if (stream !== this.#own && code === "not-found") return;
    this.#problems.set(stream, { code, detail, pointer: "" });
  }

  clear(stream: string): void {
    this.#problems.delete(stream);
  }

  /** That of the own stream first: without it nothing else matters. */
  get worst(): Problem | null {
    const [any] = this.#problems.values();
    return this.#problems.get(this.#own) ?? any ?? null;
  }
}
