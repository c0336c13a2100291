/**
 * Numbers that lie side by side in memory. The table that answers with one uses it again for its
 * next answer: to make a view of a typed array costs more than to read it.
 */
export class Span implements Iterable<number> {
  ints = new Int32Array();
  from = 0;
  length = 0;

  at(index: number): number {
    return this.ints[this.from + index] ?? 0;
  }

  includes(number: number): boolean {
    const end = this.from + this.length;
    for (let at = this.from; at < end; at += 1) if (this.ints[at] === number) return true;
    return false;
  }

  /** For whoever asks for others before it has read these. */
  view(): Int32Array {
    return this.ints.subarray(this.from, this.from + this.length);
  }

  /** A copy of few. */
  slice(): number[] {
    const copy: number[] = [];
    for (let index = 0; index < this.length; index += 1) copy.push(this.at(index));
    return copy;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index);
  }
}
