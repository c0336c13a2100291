import { canonicalJson, isJsonObject, type JsonObject, jsonFaults, parseJson } from "../json.ts";
import { VALUES_BYTES_MAX, VALUES_DEPTH_MAX } from "../template/values.ts";
import { utf8Length } from "../utf8.ts";
import type { FieldReader } from "./field-reader.ts";

/** Reads an object of values into canonical JSON. */
export function readValues(spec: FieldReader, field: string): string {
  const values = spec.object(field);
  if (values === undefined) return "{}";
  const pointer = spec.at(field);
  const faults = jsonFaults(values, pointer, VALUES_DEPTH_MAX);
  for (const { code, pointer: at, detail } of faults) spec.refusals.add(code, at, detail);
  if (faults.length > 0) return "{}";
  const text = canonicalJson(values);
  if (utf8Length(text) <= VALUES_BYTES_MAX) return text;
  const detail = `${field} have at most ${VALUES_BYTES_MAX} bytes as JSON`;
  spec.refusals.add("values-too-large", pointer, detail);
  return "{}";
}

/** The field of an object form that holds stored values; no field when there are none. */
export function valuesField(field: string, text: string): JsonObject {
  const parsed = parseJson(text === "" ? "{}" : text);
  if (!parsed.ok || !isJsonObject(parsed.value)) return {};
  return Object.keys(parsed.value).length === 0 ? {} : { [field]: parsed.value };
}
