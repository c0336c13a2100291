import type { Cause } from "@titan/domain";
import { writeCause, WrittenItems } from "./avro-writer.ts";
import { ByteSink } from "./byte-sink.ts";

const KEPT_BYTES = 4 * 1024;
const ITEMS_BYTES = 4 * 1024;

/**
 * Makes the causes of one record after the other. Those that many records name are kept as bytes, side
 * by side: to write one of ten thousand anew costs more than half in fetching its parts from memory.
 */
export class CauseList {
  readonly #kept = new ByteSink(KEPT_BYTES);
  /** Where in `#kept` the bytes of each end. */
  readonly #ends: number[] = [];
  readonly #items = new ByteSink(ITEMS_BYTES);
  #count = 0;

  /** Those of another record. */
  begin(): void {
    this.#items.clear();
    this.#count = 0;
  }

  add(cause: Cause): void {
    writeCause(cause, this.#items);
    this.#count += 1;
  }

  /** Answers a number for `addKept`, good until `forget`. */
  keep(cause: Cause): number {
    writeCause(cause, this.#kept);
    return this.#ends.push(this.#kept.length) - 1;
  }

  addKept(number: number): void {
    this.#items.copy(this.#kept, this.#ends[number - 1] ?? 0, this.#ends[number] ?? 0);
    this.#count += 1;
  }

  /** All since `begin`. To be read before the next. */
  written(): WrittenItems {
    return new WrittenItems(this.#count, this.#items.view());
  }

  forget(): void {
    // Gives back what may have grown large.
    this.#kept.take();
    this.#ends.length = 0;
  }
}
