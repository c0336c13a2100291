import { pointerTo } from "./json-pointer.ts";

/** What JSON can say. Nothing else gets into the domain from outside. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [field: string]: JsonValue;
}

/** Names through which a prototype could be reached when objects are merged. Nowhere are they allowed as fields. */
const FORBIDDEN_FIELDS: readonly string[] = ["__proto__", "constructor", "prototype"];

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A field of its own, never one of the prototype. */
export function fieldOf(object: JsonObject, field: string): JsonValue | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

export type JsonParse =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly detail: string };

/** Reads JSON text. What it holds is not checked: `jsonFaults` does that. */
export function parseJson(text: string): JsonParse {
  try {
    const value: JsonValue = JSON.parse(text);
    return { ok: true, value };
  } catch (error) {
    const detail = error instanceof SyntaxError ? error.message : "not JSON";
    return { ok: false, detail: detail.slice(0, 200) };
  }
}

export interface JsonFault {
  readonly code: "too-deep" | "forbidden-field" | "malformed-text" | "number-out-of-range";
  readonly pointer: string;
  readonly detail: string;
}

/** More faults than this are not looked for. */
const FAULTS_MAX = 20;

/**
 * What makes a JSON value unfit to be stored: nesting beyond `depthMax` (a scalar has depth 0), fields that could
 * reach a prototype, text that is not well-formed UTF-16 (it would come back different from UTF-8), and numbers that
 * a double can not hold. Whoever recurses over a value may do so once this reports nothing.
 */
export function jsonFaults(value: JsonValue, pointer: string, depthMax: number): JsonFault[] {
  const faults: JsonFault[] = [];
  look(value, pointer, depthMax, faults);
  return faults;
}

function look(value: JsonValue, pointer: string, depthLeft: number, faults: JsonFault[]): void {
  if (faults.length >= FAULTS_MAX) return;
  if (typeof value === "string") {
    if (!value.isWellFormed()) {
      faults.push({
        code: "malformed-text",
        pointer,
        detail: "half of a surrogate pair is missing",
      });
    }
  } else if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      faults.push({ code: "number-out-of-range", pointer, detail: "the number is too large" });
    }
  } else if (typeof value === "object" && value !== null) {
    if (depthLeft === 0) {
      faults.push({ code: "too-deep", pointer, detail: "the value is nested too deep" });
    } else if (isJsonList(value)) {
      value.forEach((item, index) => look(item, pointerTo(pointer, index), depthLeft - 1, faults));
    } else if (isJsonObject(value)) {
      lookInto(value, pointer, depthLeft, faults);
    }
  }
}

function lookInto(
  value: JsonObject,
  pointer: string,
  depthLeft: number,
  faults: JsonFault[],
): void {
  for (const [field, item] of Object.entries(value)) {
    const below = pointerTo(pointer, field);
    if (FORBIDDEN_FIELDS.includes(field)) {
      faults.push({ code: "forbidden-field", pointer: below, detail: `"${field}" is not allowed` });
    } else if (!field.isWellFormed()) {
      const detail = "half of a surrogate pair is missing";
      faults.push({ code: "malformed-text", pointer, detail });
    } else {
      look(item, below, depthLeft - 1, faults);
    }
  }
}

/**
 * The one text for a value: fields sorted by UTF-16 code unit, no blanks, numbers as ECMAScript prints them.
 * Equal values have equal texts. The value must be free of faults.
 */
export function canonicalJson(value: JsonValue): string {
  if (isJsonList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isJsonObject(value)) {
    const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    const texts = fields.map(([field, item]) => `${JSON.stringify(field)}:${canonicalJson(item)}`);
    return `{${texts.join(",")}}`;
  }
  return JSON.stringify(value);
}
