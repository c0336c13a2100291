/** A field of what may be an object; undefined when it is none, or has no such field. */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return at;
}

/** A field as text for people: nothing for what is not there, lists with commas. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = fieldAt(value, ...path);
  if (typeof found === "string") return found;
  if (found === undefined || found === null) return "";
  if (Array.isArray(found)) return found.map((item: unknown) => textAt(item)).join(",");
  return JSON.stringify(found);
}

/** A field that is a list of objects; empty when it is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}
