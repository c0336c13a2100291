import { type Labels, labelOf } from "../labels.ts";
import type { Selector } from "../records.generated.ts";
import { describeSelector } from "./selector-format.ts";

/** True when a host with these labels is selected. A missing label is not in any set, as in Kubernetes. */
export function matches(selector: Selector, labels: Labels): boolean {
  switch (selector.op) {
    case "in":
      return isIn(selector, labels);
    case "notIn":
      return !isIn(selector, labels);
    case "exists":
      return Object.hasOwn(labels, selector.label);
    case "notExists":
      return !Object.hasOwn(labels, selector.label);
    case "all":
      return selector.terms.every((term) => matches(term, labels));
    case "any":
      return selector.terms.some((term) => matches(term, labels));
    case "not":
      return !selector.terms.every((term) => matches(term, labels));
  }
}

/** Why a selector is true or not of a host, one clause at a time. */
export interface MatchExplanation {
  /** The clause as people write it. */
  readonly clause: string;
  readonly matched: boolean;
  /** What decided it, as a sentence: `platform is "vm"`. */
  readonly because: string;
  /** The clauses of all, any and not, in the selector's order. */
  readonly clauses: readonly MatchExplanation[];
}

/** Says for each clause whether it is true of a host with these labels, and why. Agrees with `matches`. */
export function explainMatch(selector: Selector, labels: Labels): MatchExplanation {
  const matched = matches(selector, labels);
  const clause = describeSelector(selector);
  const clauses = selector.terms.map((term) => explainMatch(term, labels));
  return { clause, matched, because: reasonOf(selector, labels, clauses), clauses };
}

function isIn(selector: Selector, labels: Labels): boolean {
  const value = labelOf(labels, selector.label);
  return value !== undefined && selector.values.includes(value);
}

function reasonOf(
  selector: Selector,
  labels: Labels,
  clauses: readonly MatchExplanation[],
): string {
  const count = clauses.length;
  const yes = clauses.filter((clause) => clause.matched).length;
  switch (selector.op) {
    case "in":
    case "notIn":
    case "exists":
    case "notExists": {
      const value = labelOf(labels, selector.label);
      if (value === undefined) return `${selector.label} is missing`;
      return `${selector.label} is ${JSON.stringify(value)}`;
    }
    case "all":
      if (count === 0) return "every host is selected";
      return yes === count
        ? `all ${count} clauses are true`
        : `${count - yes} of ${count} are false`;
    case "any":
      if (count === 0) return "no host is selected";
      return yes === 0 ? `none of ${count} clauses is true` : `${yes} of ${count} clauses are true`;
    case "not":
      return yes === count ? "its clause is true" : "its clause is false";
  }
}
