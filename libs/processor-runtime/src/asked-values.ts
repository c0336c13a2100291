import type { StepValues } from "./view.ts";

/**
 * Values that are worked out when they are asked for, so that those of a fleet are not held together:
 * what is asked of them must come before the state of the view moves on.
 */
export class AskedValues<Value> implements StepValues<Value> {
  readonly #valueOf: (key: string) => Value | undefined;
  #names: Iterable<string>;
  /** The value of a key is asked for again when its record is made. */
  #lastKey: string | undefined;
  #last: Value | undefined;

  constructor(names: Iterable<string>, valueOf: (key: string) => Value | undefined) {
    this.#names = names;
    this.#valueOf = valueOf;
  }

  keys(): Iterable<string> {
    return this.#names;
  }

  get(key: string): Value | undefined {
    if (key !== this.#lastKey) {
      this.#last = this.#valueOf(key);
      this.#lastKey = key;
    }
    return this.#last;
  }

  *[Symbol.iterator](): Generator<readonly [string, Value | undefined]> {
    for (const key of this.#names) yield [key, this.get(key)];
  }

  /** Forgets the names; the step is written. */
  clear(): void {
    this.#names = [];
    this.#lastKey = undefined;
    this.#last = undefined;
  }
}
