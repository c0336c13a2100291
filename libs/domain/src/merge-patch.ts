import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/**
 * RFC 7386: fields of the patch replace those of the target, null removes one, objects are merged field by field and
 * everything else is replaced as a whole. Both must be free of faults, which bounds the recursion.
 */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map<string, JsonValue>(isJsonObject(target) ? Object.entries(target) : []);
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) merged.delete(field);
    else merged.set(field, mergePatch(merged.get(field) ?? null, value));
  }
  const result: JsonObject = Object.fromEntries(merged);
  return result;
}
