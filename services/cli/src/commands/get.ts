import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { pathOf, readReference } from "../object-reference.ts";
import { printList, printObject } from "../print-objects.ts";
import { readObject } from "../read-object.ts";

interface Options {
  readonly kind: string;
  readonly name?: string;
  readonly selector?: string;
  readonly at?: string;
  readonly watch?: boolean;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { selector, at, watch } = options;
  const { api, settings } = context;
  const reference = await readReference(options.kind, options.name);
  const { kind, name } = reference;
  if (name !== undefined && selector !== undefined) {
    throw usageError("a name and a selector exclude each other");
  }
  if (watch === true) {
    if (at !== undefined)
      throw usageError("the past does not change: --watch and --at exclude each other");
    const { watchObjects } = await import("../watch-objects.ts");
    return await watchObjects(context, reference, { selector, withList: true });
  }
  if (name !== undefined) {
    await printObject(context, kind, await readObject(context, { kind, name }, at));
    return EXIT_STATUS.done;
  }
  const path = pathOf(reference, settings.workspace);
  await printList(context, kind, await api.list(path, { labelSelector: selector, at }));
  return EXIT_STATUS.done;
}
