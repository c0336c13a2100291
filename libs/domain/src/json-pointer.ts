/** The RFC 6901 pointer of a field or item below `pointer`. */
export function pointerTo(pointer: string, ...steps: readonly (string | number)[]): string {
  let path = pointer;
  for (const step of steps) path += `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return path;
}
