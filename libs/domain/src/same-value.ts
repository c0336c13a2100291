/** True when two values of nouns are equal: field by field, item by item, byte by byte. Order of fields is nothing. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (!isObject(left) || !isObject(right)) return false;
  if (left instanceof Uint8Array || right instanceof Uint8Array) return sameBytes(left, right);
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const fields = Object.keys(left);
  if (fields.length !== Object.keys(right).length) return false;
  return fields.every(
    (field) => Object.hasOwn(right, field) && sameValue(left[field], right[field]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function sameBytes(left: unknown, right: unknown): boolean {
  if (!(left instanceof Uint8Array) || !(right instanceof Uint8Array)) return false;
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
