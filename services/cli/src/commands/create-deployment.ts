import type { CommandContext } from "../command-context.ts";
import { createObject, type CreateOptions } from "../create-object.ts";
import { readReplicas } from "../replicas-text.ts";
import { readValues, type ValueFlags } from "../read-values.ts";

interface Options extends CreateOptions, ValueFlags {
  readonly workload: string;
  readonly template: string;
  readonly target: string;
  readonly replicas?: string;
}

export async function run(options: Options, context: CommandContext): Promise<number> {
  const { workload, template, target, replicas } = options;
  const spec = {
    workload,
    template,
    target,
    replicas: replicas === undefined ? undefined : readReplicas(replicas),
    values: await readValues(context, options),
  };
  return await createObject(context, "Deployment", options, { spec });
}
