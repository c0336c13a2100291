import type { CommandContext } from "../command-context.ts";
import { createObject, type CreateOptions } from "../create-object.ts";
import { readLabels } from "../key-value-text.ts";

interface Options extends CreateOptions {
  readonly labels?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const labels = readLabels(options.labels ?? "");
  return await createObject(context, "Host", options, { labels, spec: {} });
}
