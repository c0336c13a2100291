import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { createObject, type CreateOptions } from "../create-object.ts";
import { readLabels } from "../key-value-text.ts";

interface Options extends CreateOptions {
  readonly labels?: string;
  readonly selector?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { labels, selector } = options;
  if ((labels === undefined) === (selector === undefined)) {
    throw usageError(
      "a target has either --labels or --selector",
      "--labels k=v,… or --selector 'env in (a,b)'",
    );
  }
  const spec = { selector: selector ?? equalities(readLabels(labels ?? "")) };
  return await createObject(context, "Target", options, { spec });
}

/** As structure and not as text, so that nothing in a label is taken for grammar. */
function equalities(labels: Readonly<Record<string, string>>): object {
  const terms = Object.entries(labels).map(([label, value]) => ({ label, in: [value] }));
  const [first] = terms;
  if (first === undefined)
    throw usageError("--labels names no label", "--selector can select every host");
  return terms.length === 1 ? first : { all: terms };
}
