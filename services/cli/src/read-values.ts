import type { CommandContext } from "./command-context.ts";
import { CommandError } from "./command-error.ts";
import { readValueChanges, type Values } from "./key-value-text.ts";

/** The flags with which values are given. */
export interface ValueFlags {
  readonly values?: string;
  readonly set?: readonly string[];
}

/** The values of a file with those of --set over them; undefined when neither is given. */
export async function readValues(
  context: CommandContext,
  { values, set }: ValueFlags,
): Promise<Values | undefined> {
  if (values === undefined && set === undefined) return undefined;
  const base = values === undefined ? {} : await readValuesFile(context, values);
  return readValueChanges(set ?? [], base);
}

/** One document that holds an object. */
export async function readValuesFile({ shell }: CommandContext, path: string): Promise<Values> {
  const [{ readSource }, { parseDocuments }] = await Promise.all([
    import("./documents/source.ts"),
    import("./documents/yaml-documents.ts"),
  ]);
  const source = await readSource(path, shell);
  const documents = parseDocuments(source.text, source.name);
  const value = documents[0]?.value ?? {};
  if (documents.length <= 1 && typeof value === "object" && !Array.isArray(value))
    return { ...value };
  throw new CommandError(`${source.name}: one object of values is expected`);
}
