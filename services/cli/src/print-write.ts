import type { CommandContext } from "./command-context.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { shownKey } from "./object-reference.ts";
import { printable } from "./output/output.ts";
import { printValue } from "./print-value.ts";
import type { Effect, WriteAnswer } from "./titan-object.ts";

const VERBS: Readonly<Record<string, string>> = { gain: "gains", lose: "loses", change: "changes" };
const SIGNS: Readonly<Record<string, string>> = { gain: "+", lose: "-", change: "~" };

/** Says what became of each object and at which revision; of a dry run, what would follow. */
export async function printWrite(context: CommandContext, answer: WriteAnswer): Promise<number> {
  const { output, settings } = context;
  const keys = answer.outcomes.map(({ kind, key }) => shownKey(kind, key, settings.workspace));
  switch (settings.output) {
    case "name":
      for (const key of keys) output.line(key);
      break;
    case "json":
    case "jsonl":
    case "yaml":
      await printValue(context, answer);
      break;
    case "table":
    case "wide": {
      const dry = answer.revision === undefined ? " (dry run)" : "";
      for (const [index, { result }] of answer.outcomes.entries()) {
        output.line(printable(`${keys[index]} ${result}${dry}`));
      }
      if (answer.revision !== undefined) output.line(`revision ${answer.revision}`);
      if (answer.effects !== undefined) printEffects(context, answer.effects);
      break;
    }
  }
  return EXIT_STATUS.done;
}

function printEffects({ output }: CommandContext, effects: readonly Effect[]): void {
  for (const { host, deployment, effect } of effects) {
    const words = `${host} ${VERBS[effect] ?? effect} ${deployment}`;
    output.line(printable(`${SIGNS[effect] ?? "?"} ${words}`));
  }
  const hosts = (kind: string): number =>
    new Set(effects.filter(({ effect }) => effect === kind).map(({ host }) => host)).size;
  output.line(`hosts: ${hosts("gain")} gain, ${hosts("lose")} lose, ${hosts("change")} change`);
}
