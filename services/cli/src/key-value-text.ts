import { usageError } from "./command-error.ts";

const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/** What to put at a key; null takes it away. */
export type Values = { [key: string]: unknown };

/** Reads `k=v,k=v`. */
export function readLabels(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").filter((part) => part !== "");
  return Object.fromEntries(pairs.map((part) => splitPair(part)));
}

/** Reads `k=v` and `k-`, each possibly several with commas between. */
export function readLabelChanges(
  parts: readonly string[],
): Readonly<Record<string, string | null>> {
  const changes = parts.flatMap((part) => part.split(",")).filter((part) => part !== "");
  return Object.fromEntries(
    changes.map((change) => (isRemoval(change) ? [change.slice(0, -1), null] : splitPair(change))),
  );
}

/** Reads `a.b=v` and `a.b-` into nested objects, over what `values` holds. */
export function readValueChanges(parts: readonly string[], values: Values = {}): Values {
  for (const part of parts) {
    if (isRemoval(part)) put(values, part.slice(0, -1), null);
    else {
      const [key, text] = splitPair(part);
      put(values, key, scalarOf(text));
    }
  }
  return values;
}

function isRemoval(text: string): boolean {
  return text.endsWith("-") && !text.includes("=");
}

function splitPair(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw usageError(`"${text}" is not key=value`, "for example: site=lab");
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function put(values: Values, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let place = values;
  for (const key of [...keys, last]) {
    if (key === "" || FORBIDDEN.includes(key)) throw usageError(`"${path}" is not a key`);
  }
  for (const key of keys) {
    const below = Object.hasOwn(place, key) ? place[key] : undefined;
    const object: Values = isValues(below) ? below : {};
    place[key] = object;
    place = object;
  }
  place[last] = value;
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A number only if it is written as JSON writes it, so that a version such as 1.10 stays text; lists
 * and objects as JSON; everything else is text. Quotes make text of anything.
 */
function scalarOf(text: string): unknown {
  if (text === "true" || text === "false" || text === "null") return JSON.parse(text);
  const number = Number(text);
  if (text !== "" && Number.isFinite(number) && String(number) === text) return number;
  if (!/^["[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
