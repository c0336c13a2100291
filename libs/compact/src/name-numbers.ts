import type { Archive } from "./archive.ts";

/**
 * As `KeyNumbers`, for few strings that are asked for again and again: they stay in the heap, where
 * the engine works out the hash of a string once, and `keyOf` makes no string anew.
 */
export class NameNumbers {
  readonly #numbers = new Map<string, number>();
  /** By number; null where the number is free. */
  readonly #names: (string | null)[] = [];
  readonly #free: number[] = [];

  /** -1 when the name is not there. */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  /** The number of the name, which is new if it was not there. */
  add(name: string): number {
    const found = this.#numbers.get(name);
    if (found !== undefined) return found;
    const number = this.#free.pop() ?? this.#names.length;
    this.#names[number] = name;
    this.#numbers.set(name, number);
    return number;
  }

  /** Forgets a name; its number may be that of another from now on. */
  delete(number: number): void {
    this.#numbers.delete(this.keyOf(number));
    this.#names[number] = null;
    this.#free.push(number);
  }

  keyOf(number: number): string {
    return this.#names[number] ?? "";
  }

  keepIn(archive: Archive): void {
    archive.json(this.#names).forEach((name, number) => {
      this.#names[number] = name;
      if (name !== null) this.#numbers.set(name, number);
    });
    archive.json(this.#free).forEach((number, at) => {
      this.#free[at] = number;
    });
  }
}
