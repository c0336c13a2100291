import type { CommandContext } from "../command-context.ts";
import { createObject, type CreateOptions } from "../create-object.ts";
import { readValues, type ValueFlags } from "../read-values.ts";

interface Options extends CreateOptions, ValueFlags {
  readonly repo?: string;
  readonly image?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { repo, image } = options;
  const spec = { repo, image, values: await readValues(context, options) };
  return await createObject(context, "Workload", options, { spec });
}
