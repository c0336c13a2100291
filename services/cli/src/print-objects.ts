import type { CommandContext } from "./command-context.ts";
import type { Kind } from "./kinds.ts";
import { columnsOf } from "./output/object-columns.ts";
import { tableText } from "./output/table.ts";
import { printValue } from "./print-value.ts";
import type { ObjectList, TitanObject } from "./titan-object.ts";

/** Prints a list of one kind in the format that was asked for. */
export async function printList(
  context: CommandContext,
  kind: Kind,
  { items, revision }: ObjectList,
): Promise<void> {
  const { output, settings } = context;
  switch (settings.output) {
    case "json":
    case "yaml":
      await printValue(context, { items, revision });
      return;
    case "jsonl":
      for (const item of items) output.line(JSON.stringify(item));
      return;
    case "name":
      for (const item of items) output.line(nameOf(kind, item, settings.workspace));
      return;
    case "table":
    case "wide":
      if (items.length === 0) output.message(`no ${kind.plural} found`);
      else printTable(context, kind, items);
  }
}

/** Prints one object; as a table it is a list of one. */
export async function printObject(
  context: CommandContext,
  kind: Kind,
  object: TitanObject,
): Promise<void> {
  const { output } = context.settings;
  if (output === "json" || output === "yaml") await printValue(context, object);
  else await printList(context, kind, { items: [object], revision: 0 });
}

export function nameOf(kind: Kind, { metadata }: TitanObject, workspace: string): string {
  const own = metadata.workspace === undefined || metadata.workspace === workspace;
  return `${kind.singular}/${own ? "" : `${metadata.workspace}/`}${metadata.name}`;
}

/** The cells of one object, in the order of the table's columns. */
export function rowOf(context: CommandContext, kind: Kind, object: TitanObject): readonly string[] {
  return shownColumns(context, kind).map((column) => column.value(object));
}

export function headingsOf(context: CommandContext, kind: Kind): readonly string[] {
  return shownColumns(context, kind).map(({ heading }) => heading);
}

function shownColumns({ settings }: CommandContext, kind: Kind) {
  const columns = columnsOf(kind.kind, { workspaces: kind.scoped && settings.workspace === "*" });
  return columns.filter(({ wide }) => wide !== true || settings.output === "wide");
}

function printTable(context: CommandContext, kind: Kind, items: readonly TitanObject[]): void {
  const rows = items.map((item) => rowOf(context, kind, item));
  context.output.line(tableText(headingsOf(context, kind), rows));
}
