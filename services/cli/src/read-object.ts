import { ApiProblem } from "./api-problem.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandError } from "./command-error.ts";
import type { Kind } from "./kinds.ts";
import { pathOf } from "./object-reference.ts";
import { suggest } from "./suggestion.ts";
import type { TitanObject } from "./titan-object.ts";

/** Reads one object; when there is none, says which one may have been meant. */
export async function readObject(
  context: CommandContext,
  { kind, name }: { readonly kind: Kind; readonly name: string },
  at?: string,
): Promise<TitanObject> {
  const { api, settings } = context;
  try {
    return await api.get<TitanObject>(pathOf({ kind, name }, settings.workspace), { at });
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== "not-found") throw error;
    const place = kind.scoped ? ` in workspace ${settings.workspace}` : "";
    const when = at === undefined ? "" : ` at ${at}`;
    const hint = await suggestName(context, kind, name);
    throw new CommandError(`${kind.singular} "${name}" not found${place}${when} [not-found]`, hint);
  }
}

async function suggestName(context: CommandContext, kind: Kind, name: string): Promise<string> {
  const { api, settings } = context;
  try {
    const { items } = await api.list(pathOf({ kind, name: undefined }, settings.workspace));
    return await suggest(
      name,
      items.map(({ metadata }) => metadata.name),
    );
  } catch {
    // A hint is a courtesy.
    return "";
  }
}
