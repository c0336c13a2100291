export interface Difference {
  /** Such as `spec.values.port`. */
  readonly path: string;
  /** Undefined when it was not there. */
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Where two JSON values differ. Objects are compared field by field, everything else as a whole. */
export function differences(from: unknown, to: unknown, path = ""): readonly Difference[] {
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) =>
      differences(from[key], to[key], path === "" ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
