import type { JsonObject } from "../json.ts";
import type { Selector, Target } from "../records.generated.ts";
import { EVERYTHING } from "../selector/selector.ts";
import { formatSelector } from "../selector/selector-format.ts";
import { parseSelectorObject } from "../selector/selector-object.ts";
import { parseSelector } from "../selector/selector-text.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head } from "./object-context.ts";

export function readTarget(head: Head, spec: FieldReader): Target {
  return { ...head, selector: readSelector(spec) };
}

export function targetSpec({ selector }: Target): JsonObject {
  return { selector: formatSelector(selector) };
}

/** Text or structure. What selects every host by leaving something out is refused: it is rarely meant. */
function readSelector(spec: FieldReader): Selector {
  const value = spec.value("selector");
  const pointer = spec.at("selector");
  const { refusals } = spec;
  const onPurpose = "write {all: []} to select every host";
  if (value === undefined) {
    refusals.add("missing-field", pointer, "selector is missing", onPurpose);
    return EVERYTHING;
  }
  if (typeof value !== "string") {
    const parse = parseSelectorObject(value, pointer);
    if (parse.ok) return parse.selector;
    for (const { pointer: at, detail, hint } of parse.faults) {
      refusals.add("invalid-selector", at, detail, hint);
    }
    return EVERYTHING;
  }
  const parse = parseSelector(value);
  if (!parse.ok) {
    refusals.add("invalid-selector", pointer, parse.detail);
    return EVERYTHING;
  }
  if (value.trim() === "") {
    refusals.add("empty-selector", pointer, "an empty selector selects every host", onPurpose);
  }
  return parse.selector;
}
