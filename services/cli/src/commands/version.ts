import { readFileSync } from "node:fs";
import type { CommandContext } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { textAt } from "../field-at.ts";
import { isStructured, printValue } from "../print-value.ts";

export async function run(_options: object, context: CommandContext): Promise<number> {
  const version = programVersion();
  const { node } = process.versions;
  if (isStructured(context)) await printValue(context, { version, node });
  else context.output.line(`titan ${version}`);
  return EXIT_STATUS.done;
}

/** The version of this build. */
export function programVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return textAt(JSON.parse(readFileSync(file, "utf8")), "version");
}
