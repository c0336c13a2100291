import type { Cause } from "@titan/domain";
import { CauseList, type Causes } from "@titan/schema-codec";
import type { CauseRef } from "./view.ts";

/** Each host is named by few records of a write; to keep it would cost more than to look it up. */
const NAMED_BY_FEW: readonly string[] = ["titan.host"];
const UNKNOWN = -1;

/**
 * What the records of one write were derived from. Beside its own host nearly every record names a
 * few of the same nouns: these are looked up once.
 */
export class CauseLabels {
  readonly #labelled: (ref: CauseRef) => Cause | undefined;
  readonly #list = new CauseList();
  /** The number of each that is kept, by stream and key. */
  readonly #kept = new Map<string, Map<string, number>>();

  constructor(labelled: (ref: CauseRef) => Cause | undefined) {
    this.#labelled = labelled;
  }

  /** To be read before the next call. */
  of(refs: readonly CauseRef[]): Causes {
    this.#list.begin();
    for (const ref of refs) {
      if (NAMED_BY_FEW.includes(ref.stream)) {
        const cause = this.#labelled(ref);
        if (cause !== undefined) this.#list.add(cause);
      } else {
        const number = this.#numberOf(ref);
        if (number !== UNKNOWN) this.#list.addKept(number);
      }
    }
    return this.#list.written();
  }

  /** The write is over: from now on a noun may have another label. */
  forget(): void {
    this.#kept.clear();
    this.#list.forget();
  }

  #numberOf(ref: CauseRef): number {
    const { stream, key } = ref;
    let ofStream = this.#kept.get(stream);
    if (ofStream === undefined) this.#kept.set(stream, (ofStream = new Map()));
    let number = ofStream.get(key);
    if (number === undefined) {
      const cause = this.#labelled(ref);
      number = cause === undefined ? UNKNOWN : this.#list.keep(cause);
      ofStream.set(key, number);
    }
    return number;
  }
}
