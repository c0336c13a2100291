import type { CommandContext } from "./command-context.ts";
import { usageError } from "./command-error.ts";
import { kindNamed } from "./kinds.ts";
import { printWrite } from "./print-write.ts";
import { submitChange, type WriteFlags } from "./submit-change.ts";

/** What every `create` takes. */
export interface CreateOptions extends WriteFlags {
  /** The positional one and --name are the same. */
  readonly name?: string;
}

export interface NewObject {
  readonly labels?: Readonly<Record<string, string>>;
  /** Fields that are undefined are left out. */
  readonly spec: object;
}

/** Creates one object and says so; refused when it exists. */
export async function createObject(
  context: CommandContext,
  kindName: string,
  options: CreateOptions,
  { labels, spec }: NewObject,
): Promise<number> {
  const { workspace } = context.settings;
  const metadata = {
    name: requiredName(kindName, options),
    ...(kindNamed(kindName)?.scoped === true ? { workspace } : {}),
    ...(labels === undefined ? {} : { labels }),
  };
  const object = { apiVersion: "titan/v1", kind: kindName, metadata, spec };
  const answer = await submitChange(context, [{ action: "create", object }], options);
  return await printWrite(context, answer);
}

export function requiredName(kindName: string, { name }: CreateOptions): string {
  if (name !== undefined && name !== "") return name;
  const word = kindName.toLowerCase();
  throw usageError(`the ${word} needs a name`, `titan create ${word} NAME`);
}
