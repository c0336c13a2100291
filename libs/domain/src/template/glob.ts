const GLOBS_MAX = 32;
/** Characters of all globs of a template together: what comparing them with all its paths costs grows with it. */
const GLOBS_LENGTH_MAX = 1_024;

/** What is wrong with a template's globs, as a sentence; undefined when they are usable. */
export function globsFault(globs: readonly string[]): string | undefined {
  if (globs.length > GLOBS_MAX) return `a template has at most ${GLOBS_MAX} globs`;
  if (globs.includes("")) return "a glob must not be empty";
  const length = globs.reduce((sum, glob) => sum + glob.length, 0);
  if (length <= GLOBS_LENGTH_MAX) return undefined;
  return `the globs of a template have at most ${GLOBS_LENGTH_MAX} characters together`;
}

/**
 * True when the glob describes the whole path. `?` is one character of a segment, `*` any number of them, `**` any
 * number of characters over segments; `**` with its slash is any number of whole folders, also none. A glob without
 * a slash is compared with the last segment alone, as in `.gitignore`: `*.tpl` is any such file in any folder. All
 * else means itself. Time grows with the product of the lengths, whatever the glob.
 */
export function globMatches(glob: string, path: string): boolean {
  const subject = glob.includes("/") ? path : path.slice(path.lastIndexOf("/") + 1);
  const steps = stepsOf(glob);
  // states[i]: the first i steps can describe the part of the subject that was read.
  let states = withSkips(steps, [true]);
  for (const character of subject) {
    const next: boolean[] = [];
    for (const [index, step] of steps.entries()) {
      if (states[index] !== true) continue;
      const after = stateAfter(step, index, character);
      if (after !== undefined) next[after] = true;
    }
    states = withSkips(steps, next);
  }
  return states[steps.length] === true;
}

/** `boundary` and `inside` stand together for whole folders: between two of them, and within one. */
type Step =
  | { readonly kind: "literal"; readonly character: string }
  | { readonly kind: "one" | "segment" | "anything" | "boundary" | "inside" };

function stepsOf(glob: string): readonly Step[] {
  const steps: Step[] = [];
  const characters = Array.from(glob);
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? "";
    if (character === "?") steps.push({ kind: "one" });
    else if (character !== "*") steps.push({ kind: "literal", character });
    else if (characters[index + 1] !== "*") steps.push({ kind: "segment" });
    else if (characters[index + 2] !== "/") {
      steps.push({ kind: "anything" });
      index += 1;
    } else {
      steps.push({ kind: "boundary" }, { kind: "inside" });
      index += 2;
    }
  }
  return steps;
}

/** The state that `character` leads to from the state before `step`; undefined when it leads nowhere. */
function stateAfter(step: Step, index: number, character: string): number | undefined {
  const isSlash = character === "/";
  switch (step.kind) {
    case "literal":
      return step.character === character ? index + 1 : undefined;
    case "one":
      return isSlash ? undefined : index + 1;
    case "segment":
      return isSlash ? undefined : index;
    case "anything":
      return index;
    case "boundary":
      return isSlash ? undefined : index + 1;
    case "inside":
      return isSlash ? index - 1 : index;
  }
}

/** Adds the states that are reached by reading nothing. */
function withSkips(steps: readonly Step[], states: boolean[]): boolean[] {
  for (const [index, { kind }] of steps.entries()) {
    if (states[index] !== true) continue;
    if (kind === "segment" || kind === "anything") states[index + 1] = true;
    if (kind === "boundary") states[index + 2] = true;
  }
  return states;
}
