interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Where in a stream the owner's own records are known to be, until they were read back. Small while
 * they lie in one piece: there may be 100,000 streams.
 */
export class Landed {
  #from = 0;
  #to = 0;
  /** Those behind the first; never empty. */
  #later: Range[] | undefined;

  /** So many records, one after the other. */
  add(from: number, count: number): void {
    const to = from + count;
    if (this.#later !== undefined) this.#later.push({ from, to });
    else if (this.#from === this.#to) this.#setFirst({ from, to });
    else if (this.#to === from) this.#to = to;
    else this.#later = [{ from, to }];
  }

  /** Whether the record there is one of them. Asked in the order of the log. */
  has(offset: number): boolean {
    while (this.#to <= offset) {
      const next = this.#later?.shift();
      if (next === undefined) return false;
      this.#setFirst(next);
      if (this.#later?.length === 0) this.#later = undefined;
    }
    return offset >= this.#from;
  }

  #setFirst({ from, to }: Range): void {
    this.#from = from;
    this.#to = to;
  }
}
