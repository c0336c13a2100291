import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { kindNamed, KINDS, type Kind } from "../kinds.ts";
import { pathOf } from "../object-reference.ts";
import type { ObjectList } from "../titan-object.ts";

/** Whoever presses the tab key waits no longer than this. */
const ANSWER_MAX_MS = 1_000;
const NAMES_MAX = 500;
/** Flags whose value is the name of an object. */
const NAMING_FLAGS = ["workload", "template", "target", "host", "workspace"];

/** The words that may stand where the last one given is begun. Says nothing when it does not know. */
export function completeWords(program: Command) {
  return async (
    { words = [] }: { readonly words?: readonly string[] },
    context: CommandContext,
  ): Promise<number> => {
    const begun = words.at(-1) ?? "";
    const candidates = await candidatesFor(program, words.slice(0, -1), begun, context);
    const fitting = candidates.filter((word) => word.startsWith(begun));
    if (fitting.length > 0) context.output.line(fitting.join("\n"));
    return EXIT_STATUS.done;
  };
}

async function candidatesFor(
  program: Command,
  before: readonly string[],
  begun: string,
  context: CommandContext,
): Promise<readonly string[]> {
  let command = program;
  const positionals: string[] = [];
  for (const word of before) {
    if (word.startsWith("-")) continue;
    const next = command.commands.find((each) => each.name() === word);
    if (next !== undefined && positionals.length === 0) command = next;
    else positionals.push(word);
  }
  const last = before.at(-1) ?? "";
  const flag = NAMING_FLAGS.find(
    (name) => last === `--${name}` || (name === "workspace" && last === "-n"),
  );
  if (flag !== undefined) return await namesOf(kindNamed(flag), context);
  if (begun.startsWith("-"))
    return command.options.map(({ long }) => long ?? "").filter((long) => long !== "");
  if (command.commands.length > 0) {
    return command.commands.map((each) => each.name()).filter((name) => !name.startsWith("_"));
  }
  return await positionalsFor(command, positionals, begun, context);
}

async function positionalsFor(
  command: Command,
  given: readonly string[],
  begun: string,
  context: CommandContext,
): Promise<readonly string[]> {
  const slash = begun.indexOf("/");
  if (slash > 0) {
    const word = begun.slice(0, slash);
    return (await namesOf(kindNamed(word), context)).map((name) => `${word}/${name}`);
  }
  const argument = command.registeredArguments[given.length]?.name();
  switch (argument ?? "") {
    case "kind":
    case "what":
      return KINDS.map(({ singular }) => singular);
    case "name":
      return await namesOf(kindNamed(given[0] ?? command.name()), context);
    case "object":
      return KINDS.map(({ singular }) => `${singular}/`);
    case "runs":
      return ["runs"];
    case "deployment":
    case "view":
      return await namesOf(kindNamed(argument ?? ""), context);
    case "shell":
      return ["bash", "zsh", "fish"];
    default:
      return [];
  }
}

async function namesOf(
  kind: Kind | undefined,
  { api, settings, signal }: CommandContext,
): Promise<readonly string[]> {
  if (kind === undefined) return [];
  try {
    const answer = await api.get<ObjectList>(
      pathOf({ kind, name: undefined }, settings.workspace),
      { limit: NAMES_MAX },
      { consistent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MAX_MS)]) },
    );
    return answer.items.map(({ metadata }) => metadata.name);
  } catch {
    return [];
  }
}
