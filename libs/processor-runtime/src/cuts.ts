import type { Cut } from "./statement.ts";

/** Cuts by revision, lowest first: of each the sum that was named last. */
export class Cuts {
  readonly #sums = new Map<number, bigint>();
  #order: number[] = [];

  add({ revision, sum }: Cut): void {
    if (!this.#sums.has(revision)) insertSorted(this.#order, revision);
    this.#sums.set(revision, sum);
  }

  sumAt(revision: number): bigint | undefined {
    return this.#sums.get(revision);
  }

  get revisions(): readonly number[] {
    return this.#order;
  }

  dropTo(revision: number): void {
    const above = this.#order.findIndex((cut) => cut > revision);
    const dropped = this.#order.splice(0, above < 0 ? this.#order.length : above);
    for (const cut of dropped) this.#sums.delete(cut);
  }
}

function insertSorted(sorted: number[], value: number): void {
  let at = sorted.length;
  while (at > 0 && (sorted[at - 1] ?? 0) > value) at -= 1;
  sorted.splice(at, 0, value);
}
