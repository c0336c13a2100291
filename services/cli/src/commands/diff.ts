import { ApiProblem } from "../api-problem.ts";
import type { CommandContext } from "../command-context.ts";
import { locateIn, readDocuments, type DeclaredObject } from "../documents/read-documents.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { textAt } from "../field-at.ts";
import { pathOf, readNamed, type ObjectReference } from "../object-reference.ts";
import { comparable } from "../output/comparable.ts";
import { differences } from "../output/differences.ts";
import { unifiedDiff } from "../output/unified-diff.ts";
import { yamlText } from "../output/yaml-text.ts";
import { isStructured, printValue } from "../print-value.ts";
import { submitChange } from "../submit-change.ts";
import type { TitanObject } from "../titan-object.ts";

interface Options {
  readonly filename: readonly string[];
}

const DIFFERS = 1;

/** What `apply` would change: 0 nothing, 1 something, above that it could not be found out. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const declared = await readDocuments(context, options.filename);
  const operations = declared.map(({ object }) => ({ action: "apply" as const, object }));
  // The feed is the judge of what is the same: a selector or a reference can be written in several ways.
  const verdict = await submitChange(context, operations, { dryRun: true }, locateIn(declared));
  const changed: object[] = [];
  for (const [index, each] of declared.entries()) {
    const result = verdict.outcomes[index]?.result;
    if (result === "unchanged") continue;
    const name =
      `${textAt(each.object, "kind")}/${textAt(each.object, "metadata", "name")}`.toLowerCase();
    const before = await currentOf(context, each);
    const [from, to] = comparable(before, each.object);
    changed.push({ object: name, result, differences: differences(from, to) });
    if (isStructured(context)) continue;
    const text = (value: object | undefined): string =>
      value === undefined ? "" : yamlText(value);
    const names = [before === undefined ? "/dev/null" : `server/${name}`, `file/${name}`] as const;
    context.output.line(unifiedDiff(names, text(from), text(to)));
  }
  if (isStructured(context)) await printValue(context, changed);
  return changed.length === 0 ? EXIT_STATUS.done : DIFFERS;
}

async function currentOf(
  { api, settings }: CommandContext,
  { object }: DeclaredObject,
): Promise<TitanObject | undefined> {
  const named = await readNamed(textAt(object, "kind"), textAt(object, "metadata", "name"));
  const reference: ObjectReference = named;
  const workspace = textAt(object, "metadata", "workspace") || settings.workspace;
  try {
    return await api.get<TitanObject>(pathOf(reference, workspace));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
