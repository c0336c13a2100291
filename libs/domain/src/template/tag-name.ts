/**
 * The name in a tag: `.` for the item that a section is at, or steps through objects, `values.ports`, where a step
 * that holds dots, slashes or blanks is written `host.labels["example.com/site"]`.
 */
export interface TagName {
  /** As written. */
  readonly text: string;
  /** Empty for `.`. */
  readonly steps: readonly string[];
}

const TAG_NAME_STEPS_MAX = 64;

const BARE_STEP = /^[^\s.[\]"'{}()|]+/;
const QUOTED_STEP = /^\["([^"\\]+)"\]/;

/** The name that a tag holds, or what is wrong with it as a sentence. */
export function parseTagName(text: string): TagName | { readonly fault: string } {
  if (text === ".") return { text, steps: [] };
  const steps: string[] = [];
  let rest = text;
  while (rest !== "") {
    if (steps.length === TAG_NAME_STEPS_MAX) {
      return { fault: `a name has at most ${TAG_NAME_STEPS_MAX} steps` };
    }
    const quoted = steps.length > 0 ? QUOTED_STEP.exec(rest) : null;
    if (quoted !== null) {
      steps.push(quoted[1] ?? "");
      rest = rest.slice(quoted[0].length);
      continue;
    }
    if (steps.length > 0) {
      if (!rest.startsWith(".")) return malformed(text);
      rest = rest.slice(1);
    }
    const [bare] = BARE_STEP.exec(rest) ?? [];
    if (bare === undefined) return malformed(text);
    steps.push(bare);
    rest = rest.slice(bare.length);
  }
  return steps.length === 0 ? { fault: "a tag must not be empty" } : { text, steps };
}

function malformed(text: string): { readonly fault: string } {
  return { fault: `${JSON.stringify(text.slice(0, 80))} is not a name` };
}
