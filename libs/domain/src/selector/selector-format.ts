import type { JsonObject } from "../json.ts";
import type { Selector } from "../records.generated.ts";

/**
 * A selector as people write it: text where Kubernetes' grammar can say it, else the structure of the contract.
 * The empty `all` is a structure, because an empty text is more often a mistake than a wish for every host.
 */
export function formatSelector(selector: Selector): string | JsonObject {
  return selectorText(selector) ?? selectorObject(selector);
}

/** A selector on one line, for messages: as text, or as the structure in JSON. */
export function describeSelector(selector: Selector): string {
  return selectorText(selector) ?? JSON.stringify(selectorObject(selector));
}

/** The text, or undefined where the grammar has no words for it. */
export function selectorText(selector: Selector): string | undefined {
  if (selector.op !== "all") return termText(selector);
  if (selector.terms.length === 0) return undefined;
  const texts = selector.terms.map(termText);
  return texts.includes(undefined) ? undefined : texts.join(",");
}

/** The structure: `{label, in}`, `{label, notIn}`, `{label, exists}`, `{all}`, `{any}` or `{not}`. */
export function selectorObject(selector: Selector): JsonObject {
  const { label, values, terms } = selector;
  switch (selector.op) {
    case "in":
      return { label, in: values };
    case "notIn":
      return { label, notIn: values };
    case "exists":
      return { label, exists: true };
    case "notExists":
      return { label, exists: false };
    case "all":
      return { all: terms.map(selectorObject) };
    case "any":
      return { any: terms.map(selectorObject) };
    case "not":
      return { not: terms.map(selectorObject)[0] ?? { all: [] } };
  }
}

function termText({ op, label, values }: Selector): string | undefined {
  switch (op) {
    case "in":
      return values.length === 1 ? `${label}=${values[0]}` : `${label} in (${values.join(",")})`;
    case "notIn":
      return values.length === 1
        ? `${label}!=${values[0]}`
        : `${label} notin (${values.join(",")})`;
    case "exists":
      return label;
    case "notExists":
      return `!${label}`;
    case "all":
    case "any":
    case "not":
      return undefined;
  }
}
