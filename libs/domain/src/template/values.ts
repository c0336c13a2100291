import { isJsonObject, type JsonObject, type JsonValue, jsonFaults, parseJson } from "../json.ts";
import type { TemplateProblem } from "./template-problem.ts";

/** Nesting of values: the object itself is one level. */
export const VALUES_DEPTH_MAX = 32;
/** Bytes of values as canonical JSON. */
export const VALUES_BYTES_MAX = 64 * 1_024;

export type ValuesParse =
  | { readonly ok: true; readonly values: JsonObject }
  | { readonly ok: false; readonly problem: TemplateProblem };

/** Reads stored values: a JSON object, free of fields that could reach a prototype. The empty text is no values. */
export function parseValues(text: string): ValuesParse {
  if (text === "" || text === "{}") return { ok: true, values: {} };
  const parsed = parseJson(text);
  if (!parsed.ok) return malformed(parsed.detail);
  const { value } = parsed;
  if (!isJsonObject(value)) return malformed("values are a JSON object");
  const [fault] = jsonFaults(value, "", VALUES_DEPTH_MAX);
  return fault === undefined
    ? { ok: true, values: value }
    : malformed(`${fault.pointer}: ${fault.detail}`);
}

/**
 * The layers on top of each other, the last one winning: objects are merged field by field, all else is replaced as a
 * whole, null too. No object of the result has a prototype.
 */
export function layerValues(layers: readonly JsonObject[]): JsonObject {
  let result: JsonObject = Object.create(null);
  for (const layer of layers) result = merge(result, layer);
  return result;
}

function merge(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = Object.create(null);
  for (const [field, value] of Object.entries(below)) merged[field] = value;
  for (const [field, value] of Object.entries(above)) {
    const under = merged[field];
    merged[field] = isJsonObject(under) && isJsonObject(value) ? merge(under, value) : bare(value);
  }
  return merged;
}

function bare(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(bare);
  return isJsonObject(value) ? merge(Object.create(null), value) : value;
}

function malformed(detail: string): ValuesParse {
  const problem = { code: "malformed-values", detail, hint: "", file: "", line: 0 } as const;
  return { ok: false, problem };
}
