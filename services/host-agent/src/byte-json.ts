/** The one field of the object that stands for bytes; no label or field of a record has this name. */
const BYTES = "$bytes";

/** JSON in which byte arrays are `{"$bytes": base64}`. */
export function writeByteJson(value: unknown): string {
  return JSON.stringify(value, function (this: unknown, key: string, item: unknown): unknown {
    // Buffers turn themselves into an object before they get here, so look at what was there.
    const original = isObject(this) ? this[key] : item;
    return original instanceof Uint8Array
      ? { [BYTES]: Buffer.from(original).toString("base64") }
      : item;
  });
}

/** Reads it back; throws `SyntaxError` for text that is no JSON. */
export function readByteJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) => {
    if (!isObject(item)) return item;
    const base64 = item[BYTES];
    if (typeof base64 !== "string" || Object.keys(item).length !== 1) return item;
    return new Uint8Array(Buffer.from(base64, "base64"));
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
