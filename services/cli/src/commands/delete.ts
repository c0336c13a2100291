import type { CommandContext } from "../command-context.ts";
import { readNamed } from "../object-reference.ts";
import { printWrite } from "../print-write.ts";
import { submitChange, type WriteFlags } from "../submit-change.ts";

interface Options extends WriteFlags {
  readonly kind: string;
  readonly name?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { kind, name } = await readNamed(options.kind, options.name);
  const { workspace } = context.settings;
  const metadata = { name, ...(kind.scoped ? { workspace } : {}) };
  const object = { kind: kind.kind, metadata };
  const answer = await submitChange(context, [{ action: "delete", object }], options);
  return await printWrite(context, answer);
}
