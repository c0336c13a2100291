import type { Code } from "./codes.ts";
import type { Refusal } from "./records.generated.ts";

/** More refusals than this are not listed; that there are more is said. */
export const REFUSALS_MAX = 100;
/** Characters of each text of a refusal: a verdict is a record, and records are small. */
const REFUSAL_TEXT_LENGTH_MAX = 1_000;

/** Looking for what was meant takes time, so it is done for the first refusals only. */
const HINTS_MAX = 20;

/** Collects everything that is wrong with a proposal, in the order in which it was found. */
export class Refusals {
  readonly #refusals: Refusal[] = [];
  #count = 0;

  /** `hint` may be a function, which is called only when its answer will be shown. */
  add(code: Code, pointer: string, detail: string, hint: string | (() => string) = ""): void {
    this.#count++;
    if (this.#refusals.length === REFUSALS_MAX) return;
    if (this.#count > HINTS_MAX && typeof hint !== "string") hint = "";
    this.#refusals.push({
      code,
      pointer: clip(pointer),
      detail: clip(detail),
      hint: clip(typeof hint === "string" ? hint : hint()),
    });
  }

  /** How often something was found wrong, listed or not. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count > REFUSALS_MAX;
  }

  get list(): readonly Refusal[] {
    if (!this.isFull) return [...this.#refusals];
    const detail = `only the first ${REFUSALS_MAX} of what is wrong are listed`;
    return [
      ...this.#refusals,
      { code: "too-many-refusals" satisfies Code, pointer: "", detail, hint: "" },
    ];
  }
}

/** Cut at a whole character: half of a surrogate pair would not survive UTF-8. */
function clip(text: string): string {
  if (text.length <= REFUSAL_TEXT_LENGTH_MAX) return text;
  return `${text.slice(0, REFUSAL_TEXT_LENGTH_MAX).toWellFormed()}…`;
}
