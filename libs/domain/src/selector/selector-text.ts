import { labelKeyFault, labelValueFault } from "../labels.ts";
import type { Selector } from "../records.generated.ts";
import {
  allOf,
  canonicalSelector,
  hasLabel,
  inValues,
  lacksLabel,
  notInValues,
  SELECTOR_TERMS_MAX,
  SELECTOR_VALUES_MAX,
} from "./selector.ts";
import { describeToken, type SelectorToken, tokensOf } from "./selector-token.ts";

/** Longer texts are refused before they are read. */
const SELECTOR_TEXT_LENGTH_MAX = 64 * 1_024;

export type SelectorParse =
  | { readonly ok: true; readonly selector: Selector }
  | {
      readonly ok: false;
      /** Where in the text, counted in characters from 0. */
      readonly position: number;
      /** What stands there and what was expected instead, as a sentence. */
      readonly detail: string;
    };

/** Where reading stopped and why; never leaves this file. */
class SelectorSyntaxError extends Error {
  readonly position: number;
  constructor(position: number, detail: string) {
    super(detail);
    this.position = position;
  }
}

/**
 * Reads Kubernetes' label selector grammar: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x)`, `a`, `!a`, joined by
 * commas that mean "and". The meaning is Kubernetes' too: `!=` and `notin` are also true where the label is missing,
 * and the empty text selects everything. The result is canonical.
 */
export function parseSelector(text: string): SelectorParse {
  if (text.length > SELECTOR_TEXT_LENGTH_MAX) {
    const detail = `a selector has at most ${SELECTOR_TEXT_LENGTH_MAX} characters`;
    return { ok: false, position: SELECTOR_TEXT_LENGTH_MAX, detail };
  }
  try {
    const terms = new SelectorReader(tokensOf(text)).terms();
    return { ok: true, selector: canonicalSelector(allOf(terms)) };
  } catch (error) {
    if (!(error instanceof SelectorSyntaxError)) throw error;
    return { ok: false, position: error.position, detail: error.message };
  }
}

/** Reads tokens from left to right; a method per rule of the grammar. */
class SelectorReader {
  readonly #tokens: readonly SelectorToken[];
  #next = 0;
  #values = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  terms(): Selector[] {
    const terms: Selector[] = [];
    if (this.#peek().kind === "end") return terms;
    for (;;) {
      if (terms.length === SELECTOR_TERMS_MAX) {
        this.#fail(this.#peek(), `at most ${SELECTOR_TERMS_MAX} terms`);
      }
      terms.push(this.#term());
      const token = this.#take();
      if (token.kind === "end") return terms;
      if (token.kind !== ",") this.#fail(token, '"," or the end');
    }
  }

  #term(): Selector {
    if (this.#peek().kind === "!") {
      this.#take();
      return lacksLabel(this.#label());
    }
    const label = this.#label();
    const token = this.#peek();
    if (token.kind === "," || token.kind === "end") return hasLabel(label);
    this.#take();
    if (token.kind === "=" || token.kind === "==") return inValues(label, [this.#exactValue()]);
    if (token.kind === "!=") return notInValues(label, [this.#exactValue()]);
    if (token.text === "in") return inValues(label, this.#valueList());
    if (token.text === "notin") return notInValues(label, this.#valueList());
    if (token.text === ">" || token.text === "<") {
      this.#fail(token, 'an operator that compares text, as "=" or "in": labels have no order');
    }
    return this.#fail(token, '"=", "==", "!=", "in", "notin", "," or the end');
  }

  #label(): string {
    const token = this.#take();
    if (token.kind !== "word") this.#fail(token, 'a label key or "!"');
    const fault = labelKeyFault(token.text);
    if (fault !== undefined) this.#fail(token, `a label key (${fault})`);
    return token.text;
  }

  /** Nothing before a comma or the end is the empty value. */
  #exactValue(): string {
    const { kind } = this.#peek();
    return kind === "," || kind === "end" ? this.#noValue() : this.#value();
  }

  #valueList(): string[] {
    const open = this.#take();
    if (open.kind !== "(") this.#fail(open, '"("');
    if (this.#peek().kind === ")") this.#fail(this.#peek(), "a value");
    const values: string[] = [];
    for (;;) {
      const { kind } = this.#peek();
      values.push(kind === "," || kind === ")" ? this.#noValue() : this.#value());
      const token = this.#take();
      if (token.kind === ")") return values;
      if (token.kind !== ",") this.#fail(token, '"," or ")"');
    }
  }

  #noValue(): string {
    this.#countValue();
    return "";
  }

  #value(): string {
    this.#countValue();
    const token = this.#take();
    if (token.kind !== "word") this.#fail(token, "a value");
    const fault = labelValueFault(token.text);
    if (fault !== undefined) this.#fail(token, `a value (${fault})`);
    return token.text;
  }

  #countValue(): void {
    if (++this.#values > SELECTOR_VALUES_MAX) {
      this.#fail(this.#peek(), `at most ${SELECTOR_VALUES_MAX} values`);
    }
  }

  #peek(): SelectorToken {
    return this.#tokens[this.#next] ?? END;
  }

  #take(): SelectorToken {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #fail(token: SelectorToken, expected: string): never {
    const detail = `at ${token.position}: found ${describeToken(token)}, expected ${expected}`;
    throw new SelectorSyntaxError(token.position, detail);
  }
}

/** Never reached: the tokens of a text end with one of this kind, and nothing is read after it. */
const END: SelectorToken = { kind: "end", text: "", position: 0 };
