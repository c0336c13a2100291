/** Equal contents give equal texts, whatever order keys and fields came in. */
export function canonical(values: ReadonlyMap<string, unknown>): string {
  return canonicalValue([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function canonicalValue(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}
