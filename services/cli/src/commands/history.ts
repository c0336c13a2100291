import { ApiProblem } from "../api-problem.ts";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { textAt } from "../field-at.ts";
import { pathOf, readNamed, type ObjectReference } from "../object-reference.ts";
import { differences } from "../output/differences.ts";
import { printable } from "../output/output.ts";
import { isStructured, printValue } from "../print-value.ts";
import type { TitanObject, WriteOutcome } from "../titan-object.ts";

interface Options {
  readonly kind: string;
  readonly name?: string;
}

interface Change {
  readonly revision: number;
  readonly accepted: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
  readonly outcomes: readonly WriteOutcome[];
}

interface ChangePage {
  readonly items: readonly Change[];
  readonly cursor?: string;
}

const PAGE = 5_000;
const PAGES_MAX = 10_000;
const UNCHANGED = "unchanged";

/** Every version of an object: when, by whom, why, and what was different, the oldest first. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { output, settings } = context;
  const reference = await readNamed(options.kind, options.name);
  const { kind, name } = reference;
  const key = kind.scoped ? `${settings.workspace}/${name}` : name;
  const changes = await changesOf(context, kind.kind, key);
  if (changes.length === 0) {
    throw new CommandError(`no change of ${kind.singular} "${name}" is known [not-found]`);
  }
  let before: TitanObject | undefined;
  const versions: object[] = [];
  for (const { revision, at, actor, reason, outcomes } of changes) {
    const result =
      outcomes.find((outcome) => outcome.kind === kind.kind && outcome.key === key)?.result ?? "";
    const now = result === "deleted" ? undefined : await versionAt(context, reference, revision);
    const changed =
      result === "configured" && before !== undefined && now !== undefined
        ? differences(contentOf(before), contentOf(now))
        : [];
    before = now;
    if (isStructured(context)) {
      versions.push({ revision, at, actor, reason, result, changed });
      continue;
    }
    const why = reason === "" ? "" : `  "${reason}"`;
    output.line(printable(`revision ${revision}  ${at}  ${actor}  ${result}${why}`));
    for (const { path, from, to } of changed) {
      output.line(printable(`    ${path}: ${shown(from)} -> ${shown(to)}`));
    }
  }
  if (isStructured(context)) await printValue(context, versions);
  return EXIT_STATUS.done;
}

async function changesOf(
  { api }: CommandContext,
  kind: string,
  key: string,
): Promise<readonly Change[]> {
  const found: Change[] = [];
  const touches = ({ outcomes }: Change): boolean =>
    outcomes.some((each) => each.kind === kind && each.key === key && each.result !== UNCHANGED);
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const asked = { from: 1, limit: PAGE, kind, key, cursor: after };
    const { items, cursor }: ChangePage = await api.get("/v1/changes", asked);
    found.push(...items.filter((change) => change.accepted && touches(change)));
    if (cursor === undefined) return found;
    after = cursor;
  }
  throw new CommandError(`there are more than ${PAGES_MAX * PAGE} changes of it`);
}

async function versionAt(
  { api, settings }: CommandContext,
  reference: ObjectReference,
  revision: number,
): Promise<TitanObject | undefined> {
  try {
    return await api.get<TitanObject>(pathOf(reference, settings.workspace), { at: revision });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}

function contentOf({ metadata, spec }: TitanObject): object {
  return { labels: metadata.labels ?? {}, spec };
}

function shown(value: unknown): string {
  if (value === undefined) return "(nothing)";
  const text = JSON.stringify(value) ?? textAt(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
