import type { CommandContext } from "./command-context.ts";

/** Prints a value as JSON on one line, as JSON, or as YAML: whichever was asked for. */
export async function printValue(
  { output, settings }: CommandContext,
  value: unknown,
): Promise<void> {
  if (settings.output === "jsonl") output.line(JSON.stringify(value));
  else if (settings.output === "yaml") {
    const { yamlText } = await import("./output/yaml-text.ts");
    output.raw(yamlText(value));
  } else output.line(JSON.stringify(value, null, 2));
}

/** True when a program is to read the answer rather than a person. */
export function isStructured({ settings }: CommandContext): boolean {
  return settings.output === "json" || settings.output === "jsonl" || settings.output === "yaml";
}
