import type { CommandContext } from "../command-context.ts";
import { createObject, type CreateOptions } from "../create-object.ts";

interface Options extends CreateOptions {
  readonly description?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { description } = options;
  return await createObject(context, "Workspace", options, { spec: { description } });
}
