import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { pointerTo } from "../json-pointer.ts";
import { labelKeyFault, labelValueFault } from "../labels.ts";
import type { Selector } from "../records.generated.ts";
import { didYouMean } from "../suggestion.ts";
import {
  allOf,
  anyOf,
  canonicalSelector,
  EVERYTHING,
  hasLabel,
  inValues,
  lacksLabel,
  not,
  notInValues,
  SELECTOR_DEPTH_MAX,
  SELECTOR_TERMS_MAX,
  SELECTOR_VALUES_MAX,
} from "./selector.ts";

export interface SelectorFault {
  /** JSON pointer below the one that was given. */
  readonly pointer: string;
  readonly detail: string;
  readonly hint: string;
}

export type SelectorObjectParse =
  | { readonly ok: true; readonly selector: Selector }
  | { readonly ok: false; readonly faults: readonly SelectorFault[] };

const FORMS = ["in", "notIn", "exists", "all", "any", "not"] as const;
const FORM_HINT =
  "write {label, in: […]}, {label, notIn: […]}, {label, exists: true|false}, {all: […]}, {any: […]} or {not: …}";

/**
 * Reads the structure of a selector. All faults are reported, each with its JSON pointer below `pointer`. The result
 * is canonical. `{all: []}` selects every host, `{any: []}` none.
 */
export function parseSelectorObject(value: JsonValue, pointer = ""): SelectorObjectParse {
  const reader = new SelectorObjectReader();
  const selector = reader.term(value, pointer, 1);
  if (reader.faults.length > 0) return { ok: false, faults: reader.faults };
  return { ok: true, selector: canonicalSelector(selector) };
}

class SelectorObjectReader {
  readonly faults: SelectorFault[] = [];
  #terms = 0;
  #values = 0;

  /** What can not be read is reported and stands as `EVERYTHING`, which is never handed out. */
  term(value: JsonValue, pointer: string, depth: number): Selector {
    if (depth > SELECTOR_DEPTH_MAX) {
      return this.#fault(pointer, `a selector is nested at most ${SELECTOR_DEPTH_MAX} deep`);
    }
    // Reported once: after that nothing more is read.
    if (this.#terms > SELECTOR_TERMS_MAX) return EVERYTHING;
    if (++this.#terms > SELECTOR_TERMS_MAX) {
      return this.#fault(pointer, `a selector has at most ${SELECTOR_TERMS_MAX} terms`);
    }
    if (!isJsonObject(value)) return this.#fault(pointer, "an object is expected", FORM_HINT);
    const form = this.#formOf(value, pointer);
    if (form === undefined) return EVERYTHING;
    const below = pointerTo(pointer, form);
    const content = value[form] ?? null;
    switch (form) {
      case "all":
        return allOf(this.#termList(content, below, depth));
      case "any":
        return anyOf(this.#termList(content, below, depth));
      case "not":
        return not(this.term(content, below, depth + 1));
      case "exists": {
        const label = this.#label(value, pointer);
        if (typeof content !== "boolean") return this.#fault(below, "true or false is expected");
        return content ? hasLabel(label) : lacksLabel(label);
      }
      case "in":
        return inValues(this.#label(value, pointer), this.#valueList(content, below));
      case "notIn":
        return notInValues(this.#label(value, pointer), this.#valueList(content, below));
    }
  }

  #formOf(value: JsonObject, pointer: string): (typeof FORMS)[number] | undefined {
    const present = FORMS.filter((form) => Object.hasOwn(value, form));
    const [form] = present;
    for (const field of Object.keys(value)) {
      if (field === "label" || FORMS.some((known) => known === field)) continue;
      const hint = didYouMean(field, ["label", ...FORMS]) || FORM_HINT;
      this.#fault(pointerTo(pointer, field), "a selector has no such field", hint);
    }
    if (form === undefined || present.length > 1) {
      const found = present.length > 1 ? `not ${present.join(" and ")} together` : "none is there";
      this.#fault(pointer, `exactly one condition is expected, ${found}`, FORM_HINT);
      return undefined;
    }
    const isComposite = form === "all" || form === "any" || form === "not";
    if (isComposite && Object.hasOwn(value, "label")) {
      this.#fault(pointerTo(pointer, "label"), `${form} has no label of its own`, FORM_HINT);
    }
    return form;
  }

  #label(value: JsonObject, pointer: string): string {
    const label = Object.hasOwn(value, "label") ? value["label"] : undefined;
    const below = pointerTo(pointer, "label");
    if (typeof label !== "string") {
      this.#fault(below, "the label that the condition is about is expected", FORM_HINT);
      return "";
    }
    const fault = labelKeyFault(label);
    if (fault !== undefined) this.#fault(below, fault);
    return label;
  }

  #valueList(content: JsonValue, pointer: string): string[] {
    if (!Array.isArray(content) || content.length === 0) {
      this.#fault(pointer, "a list of at least one value is expected");
      return [];
    }
    this.#values += content.length;
    if (this.#values > SELECTOR_VALUES_MAX) {
      this.#fault(pointer, `a selector has at most ${SELECTOR_VALUES_MAX} values`);
      return [];
    }
    const values: string[] = [];
    for (const [index, value] of content.entries()) {
      const fault = typeof value === "string" ? labelValueFault(value) : "a text is expected";
      if (fault !== undefined) this.#fault(pointerTo(pointer, index), fault);
      else if (typeof value === "string") values.push(value);
    }
    return values;
  }

  #termList(content: JsonValue, pointer: string, depth: number): Selector[] {
    if (!Array.isArray(content)) {
      this.#fault(pointer, "a list of conditions is expected", FORM_HINT);
      return [];
    }
    const items: readonly JsonValue[] = content;
    return items
      .slice(0, SELECTOR_TERMS_MAX + 1)
      .map((item, index) => this.term(item, pointerTo(pointer, index), depth + 1));
  }

  #fault(pointer: string, detail: string, hint = ""): Selector {
    this.faults.push({ pointer, detail, hint });
    return EVERYTHING;
  }
}
