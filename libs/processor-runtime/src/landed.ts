interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where in a stream the owner's own records are known to be, until they were read back. */
export class Landed {
  readonly #ranges: Range[] = [];

  /** So many records, one after the other. */
  add(from: number, count: number): void {
    this.#ranges.push({ from, to: from + count });
  }

  /** Whether the record there is one of them. Asked in the order of the log. */
  has(offset: number): boolean {
    while ((this.#ranges[0]?.to ?? Infinity) <= offset) this.#ranges.shift();
    return offset >= (this.#ranges[0]?.from ?? Infinity);
  }
}
