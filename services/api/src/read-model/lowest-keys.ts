/** Keys beyond those that are wanted which may be kept before they are sorted out. */
const SPARE_TIMES = 4;

/** Of many keys the lowest few, without keeping or sorting the others. */
export class LowestKeys {
  readonly #wanted: number;
  #keys: string[] = [];
  /** No key from here on is wanted. */
  #bound: string | undefined;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add(key: string): void {
    if (this.#bound !== undefined && key >= this.#bound) return;
    this.#keys.push(key);
    if (this.#keys.length >= this.#wanted * SPARE_TIMES) this.#keys = [...this.sorted()];
  }

  sorted(): readonly string[] {
    // By code unit, as keys are compared everywhere.
    const keys = this.#keys.sort((one, other) => (one < other ? -1 : 1)).slice(0, this.#wanted);
    if (keys.length === this.#wanted) this.#bound = keys.at(-1);
    return keys;
  }
}
