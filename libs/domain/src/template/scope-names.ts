import type { Code } from "../codes.ts";
import { labelKeyFault } from "../labels.ts";
import { didYouMean } from "../suggestion.ts";
import { hostReferenceOf } from "./host-reference.ts";
import type { TagName } from "./tag-name.ts";

/** What is in scope of every template, and nothing else. `values` holds what people supply. */
const SCOPE: Readonly<Record<string, readonly string[]>> = {
  workspace: ["name"],
  workload: ["name", "repo", "image"],
  target: ["name"],
  deployment: ["name"],
  values: [],
  host: ["name", "labels"],
};

export interface NameFault {
  readonly code: Code;
  readonly detail: string;
  readonly hint: string;
}

/**
 * What is wrong with a name outside of every section, where it can only mean the scope itself; undefined when some
 * deployment may supply it. Within a section a name may also mean a field of the item that the section is at.
 */
export function scopeNameFault(name: TagName, use: "value" | "section"): NameFault | undefined {
  const [first, second] = name.steps;
  if (first === undefined) {
    return use === "section" ? undefined : unknown(name, '"." has a meaning only in a section');
  }
  const fields = Object.hasOwn(SCOPE, first) ? SCOPE[first] : undefined;
  if (fields === undefined) {
    return unknown(name, didYouMean(first, Object.keys(SCOPE)) || `write "values.${name.text}"`);
  }
  if (first === "host") return hostNameFault(name, use);
  if (first === "values" || (second === undefined && use === "section")) return undefined;
  if (second === undefined || !fields.includes(second) || name.steps.length > 2) {
    const known = fields.map((field) => `${first}.${field}`);
    return unknown(name, `${first} has ${known.join(", ")}`);
  }
  return undefined;
}

function hostNameFault(name: TagName, use: "value" | "section"): NameFault | undefined {
  if (use === "section") {
    const detail = `"${name.text}" is known only on the host, so no section can depend on it`;
    return { code: "host-section", detail, hint: "select hosts with a target instead" };
  }
  const reference = hostReferenceOf(name);
  if (reference?.kind === "name") return undefined;
  if (reference?.kind === "label") {
    const fault = labelKeyFault(reference.label);
    return fault === undefined ? undefined : unknown(name, fault);
  }
  const [, second, ...steps] = name.steps;
  if (second === "labels" && steps.length > 1) {
    return unknown(name, `write host.labels["${steps.join(".")}"]`);
  }
  return unknown(name, "host has host.name and host.labels.<label>");
}

function unknown(name: TagName, hint: string): NameFault {
  return { code: "unknown-name", detail: `"${name.text}" is not in scope`, hint };
}
