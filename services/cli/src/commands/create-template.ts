import { resolve } from "node:path";
import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { createObject, type CreateOptions } from "../create-object.ts";
import { readTemplateFiles } from "../documents/template-files.ts";
import { readValuesFile } from "../read-values.ts";

interface Options extends CreateOptions {
  readonly filename: string;
  readonly delimiters?: string;
  readonly verbatim?: readonly string[];
  readonly defaults?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { filename, delimiters, verbatim, defaults } = options;
  const spec = {
    files: readTemplateFiles(resolve(context.shell.folder, filename), filename),
    delimiters: delimiters === undefined ? undefined : pairOf(delimiters),
    verbatim,
    defaults: defaults === undefined ? undefined : await readValuesFile(context, defaults),
  };
  return await createObject(context, "Template", options, { spec });
}

function pairOf(text: string): readonly string[] {
  const parts = text.split(",");
  if (parts.length === 2 && parts.every((part) => part !== "")) return parts;
  throw usageError(`"${text}" is not a pair of delimiters`, "for example --delimiters '[[,]]'");
}
