import type { Labels } from "../labels.ts";
import type { Selector } from "../records.generated.ts";

/** Nesting of all, any and not. */
export const SELECTOR_DEPTH_MAX = 16;
/** Terms of a selector, counted over all levels. */
export const SELECTOR_TERMS_MAX = 256;
/** Values of a selector, counted over all terms. */
export const SELECTOR_VALUES_MAX = 1_000;

/** Selects every host. */
export const EVERYTHING: Selector = { op: "all", label: "", values: [], terms: [] };
/** Selects no host. */
export const NOTHING: Selector = { op: "any", label: "", values: [], terms: [] };

export function inValues(label: string, values: readonly string[]): Selector {
  return { op: "in", label, values, terms: [] };
}

/** Also true of a host that lacks the label, as in Kubernetes. */
export function notInValues(label: string, values: readonly string[]): Selector {
  return { op: "notIn", label, values, terms: [] };
}

export function hasLabel(label: string): Selector {
  return { op: "exists", label, values: [], terms: [] };
}

export function lacksLabel(label: string): Selector {
  return { op: "notExists", label, values: [], terms: [] };
}

export function allOf(terms: readonly Selector[]): Selector {
  return { op: "all", label: "", values: [], terms };
}

export function anyOf(terms: readonly Selector[]): Selector {
  return { op: "any", label: "", values: [], terms };
}

export function not(term: Selector): Selector {
  return { op: "not", label: "", values: [], terms: [term] };
}

/** The canonical selector of hosts that have all these labels; without labels it selects every host. */
export function selectorOfLabels(labels: Labels): Selector {
  return canonicalSelector(
    allOf(Object.entries(labels).map(([label, value]) => inValues(label, [value]))),
  );
}

/**
 * A selector of the same meaning in the one form that is stored: values and terms sorted and each there once,
 * nested `all` in `all` and `any` in `any` drawn together, a single term unwrapped, a negated condition on one label
 * turned into its opposite, and what is always or never true reduced to `EVERYTHING` or `NOTHING`.
 */
export function canonicalSelector(selector: Selector): Selector {
  switch (selector.op) {
    case "in":
    case "notIn":
      return canonicalValues(selector.op, selector.label, selector.values);
    case "exists":
    case "notExists":
      return { op: selector.op, label: selector.label, values: [], terms: [] };
    case "all":
    case "any":
      return canonicalTerms(selector.op, selector.terms.map(canonicalSelector));
    case "not":
      return opposite(canonicalSelector(selector.terms[0] ?? EVERYTHING));
  }
}

function canonicalValues(op: "in" | "notIn", label: string, values: readonly string[]): Selector {
  if (values.length === 0) return op === "in" ? NOTHING : EVERYTHING;
  return { op, label, values: [...new Set(values)].sort(), terms: [] };
}

function canonicalTerms(op: "all" | "any", terms: readonly Selector[]): Selector {
  const [neutral, decisive] = op === "all" ? [EVERYTHING, NOTHING] : [NOTHING, EVERYTHING];
  const flat = terms.flatMap((term) => (term.op === op ? term.terms : [term]));
  const byText = new Map<string, Selector>();
  for (const term of flat) {
    if (isSame(term, decisive)) return decisive;
    byText.set(orderText(term), term);
  }
  const sorted = [...byText].sort(([left], [right]) => (left < right ? -1 : 1));
  const unique = sorted.map(([, term]) => term);
  if (unique.length === 0) return neutral;
  const [only] = unique;
  if (unique.length === 1 && only !== undefined) return only;
  return { op, label: "", values: [], terms: unique };
}

function opposite(term: Selector): Selector {
  switch (term.op) {
    case "in":
      return { ...term, op: "notIn" };
    case "notIn":
      return { ...term, op: "in" };
    case "exists":
      return { ...term, op: "notExists" };
    case "notExists":
      return { ...term, op: "exists" };
    case "not":
      return term.terms[0] ?? NOTHING;
    case "all":
      return term.terms.length === 0 ? NOTHING : not(term);
    case "any":
      return term.terms.length === 0 ? EVERYTHING : not(term);
  }
}

function isSame(term: Selector, constant: Selector): boolean {
  return term.op === constant.op && term.terms.length === 0;
}

/** Conditions on labels come first, by label; no two different selectors have the same text. */
function orderText(selector: Selector): string {
  const { op, label, values, terms } = selector;
  return JSON.stringify([label === "" ? 1 : 0, label, op, values, terms.map(orderText)]);
}
