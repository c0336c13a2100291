import type { CommandContext } from "../command-context.ts";
import { locateIn, readDocuments } from "../documents/read-documents.ts";
import { printWrite } from "../print-write.ts";
import { submitChange, type WriteFlags } from "../submit-change.ts";

interface Options extends WriteFlags {
  readonly filename: readonly string[];
}

/** All documents are one change: all of them are made so, or none. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const declared = await readDocuments(context, options.filename);
  const operations = declared.map(({ object }) => ({ action: "apply" as const, object }));
  const answer = await submitChange(context, operations, options, locateIn(declared));
  return await printWrite(context, answer);
}
