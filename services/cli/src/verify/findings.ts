/** What a verification found, by what was looked at. */
export interface Check {
  readonly name: string;
  /** How many keys, paths or objects were compared. */
  readonly compared: number;
  readonly differences: readonly string[];
}

/** Of each kind of finding so many are shown. */
const DIFFERENCES_MAX = 10;

/** Collects differences; keeps the first ones and counts the rest. */
export class Findings {
  readonly #name: string;
  readonly #differences: string[] = [];
  #compared = 0;
  #more = 0;

  constructor(name: string) {
    this.#name = name;
  }

  compared(count = 1): void {
    this.#compared += count;
  }

  add(difference: string): void {
    if (this.#differences.length < DIFFERENCES_MAX) this.#differences.push(difference);
    else this.#more += 1;
  }

  check(): Check {
    const more = this.#more === 0 ? [] : [`and ${this.#more} more`];
    return {
      name: this.#name,
      compared: this.#compared,
      differences: [...this.#differences, ...more],
    };
  }
}

/** Compares what a map holds with what it must hold, by a text for each value. */
export function compareMaps<Value>(
  findings: Findings,
  where: string,
  found: ReadonlyMap<string, Value>,
  expected: ReadonlyMap<string, Value>,
  text: (value: Value) => string,
): void {
  for (const [key, value] of expected) {
    findings.compared();
    const other = found.get(key);
    if (other === undefined) findings.add(`${where}: ${key} is missing`);
    else if (text(other) !== text(value)) findings.add(`${where}: ${key} differs`);
  }
  for (const key of found.keys()) {
    if (!expected.has(key)) findings.add(`${where}: ${key} must not be there`);
  }
}
