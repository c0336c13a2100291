import type { LabelPairs, Span } from "@titan/compact";
import type { Selector } from "@titan/domain";

/**
 * A selector with numbers for its labels and values. It uses those of its `LabelPairs` until it is
 * released, so that they mean the same for as long as it is there.
 */
export type CompiledSelector =
  | { readonly op: "in" | "notIn"; readonly label: number; readonly pairs: readonly number[] }
  | { readonly op: "exists" | "notExists"; readonly label: number }
  | { readonly op: "all" | "any" | "not"; readonly terms: readonly CompiledSelector[] };

export function compileSelector(selector: Selector, pairs: LabelPairs): CompiledSelector {
  const { op, label, values, terms } = selector;
  switch (op) {
    case "in":
    case "notIn":
      return {
        op,
        label: pairs.takeLabel(label),
        pairs: values.map((value) => pairs.take(label, value)),
      };
    case "exists":
    case "notExists":
      return { op, label: pairs.takeLabel(label) };
    case "all":
    case "any":
    case "not":
      return { op, terms: terms.map((term) => compileSelector(term, pairs)) };
  }
}

export function releaseSelector(selector: CompiledSelector, pairs: LabelPairs): void {
  switch (selector.op) {
    case "in":
    case "notIn":
      for (const pair of selector.pairs) pairs.release(pair);
      pairs.releaseLabel(selector.label);
      return;
    case "exists":
    case "notExists":
      pairs.releaseLabel(selector.label);
      return;
    case "all":
    case "any":
    case "not":
      for (const term of selector.terms) releaseSelector(term, pairs);
      return;
  }
}

/** As `matches` of the domain, for the pairs that a host has. */
export function selects(selector: CompiledSelector, held: Span, pairs: LabelPairs): boolean {
  switch (selector.op) {
    case "in":
      return isIn(selector.pairs, held);
    case "notIn":
      return !isIn(selector.pairs, held);
    case "exists":
      return hasLabel(selector.label, held, pairs);
    case "notExists":
      return !hasLabel(selector.label, held, pairs);
    case "all":
      return areAllTrue(selector.terms, held, pairs);
    case "any":
      for (const term of selector.terms) if (selects(term, held, pairs)) return true;
      return false;
    case "not":
      return !areAllTrue(selector.terms, held, pairs);
  }
}

function areAllTrue(terms: readonly CompiledSelector[], held: Span, pairs: LabelPairs): boolean {
  for (let at = 0; at < terms.length; at += 1) {
    if (!selects(terms[at] as CompiledSelector, held, pairs)) return false;
  }
  return true;
}

function isIn(wanted: readonly number[], held: Span): boolean {
  for (let at = 0; at < wanted.length; at += 1) {
    if (held.includes(wanted[at] as number)) return true;
  }
  return false;
}

function hasLabel(label: number, held: Span, pairs: LabelPairs): boolean {
  for (let at = 0; at < held.length; at += 1) {
    if (pairs.labelOf(held.at(at)) === label) return true;
  }
  return false;
}
