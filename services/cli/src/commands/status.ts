import type { CommandContext } from "../command-context.ts";
import { deploymentStatusOf } from "../deployment-status.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { statusGraph, type Paint } from "../output/status-graph.ts";
import { isStructured, printValue } from "../print-value.ts";
import { readDeployment } from "../read-deployment.ts";

interface Options {
  readonly kind: string;
  readonly name?: string;
}

/** From the commit in the source to each host: how far the newest state of a deployment got. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const object = await readDeployment(context, options);
  if (isStructured(context)) await printValue(context, object.status ?? {});
  else {
    const { workspace = "", name } = object.metadata;
    const paint = await painterOf(context);
    context.output.line(statusGraph(`${workspace}/${name}`, deploymentStatusOf(object), paint));
  }
  return EXIT_STATUS.done;
}

async function painterOf({ output }: CommandContext): Promise<Paint> {
  if (!output.colour) return (_state, text) => text;
  const { createColors } = (await import("picocolors")).default;
  const colours = createColors(true);
  return (state, text) => {
    if (state === "failed") return colours.red(text);
    if (state === "deployed") return colours.green(text);
    return colours.yellow(text);
  };
}
