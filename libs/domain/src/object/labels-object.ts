import { pointerTo } from "../json-pointer.ts";
import { type Labels, LABELS_MAX, labelKeyFault, labelValueFault } from "../labels.ts";
import type { FieldReader } from "./field-reader.ts";

/** Reads `metadata.labels`, sorted by key so that equal labels are written alike. */
export function readLabels(metadata: FieldReader): Labels {
  const object = metadata.object("labels") ?? {};
  const pointer = metadata.at("labels");
  const { refusals } = metadata;
  const entries = Object.entries(object).filter(([, value]) => value !== null);
  if (entries.length > LABELS_MAX) {
    refusals.add("too-many-labels", pointer, `an object has at most ${LABELS_MAX} labels`);
    return {};
  }
  const labels: [string, string][] = [];
  for (const [key, value] of entries) {
    const below = pointerTo(pointer, key);
    const keyFault = labelKeyFault(key);
    if (keyFault !== undefined) refusals.add("invalid-label", below, keyFault);
    if (typeof value !== "string") {
      refusals.add("wrong-type", below, "a label's value is a text");
      continue;
    }
    const valueFault = labelValueFault(value);
    if (valueFault !== undefined) refusals.add("invalid-label", below, valueFault);
    labels.push([key, value]);
  }
  return Object.fromEntries(labels.sort(([left], [right]) => (left < right ? -1 : 1)));
}
