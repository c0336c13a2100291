import { ApiProblem } from "./api-problem.ts";
import { backoffMs } from "@titan/event-stream";
import type { CommandContext } from "./command-context.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { fieldAt, textAt } from "./field-at.ts";
import { ConnectionError } from "./http-exchange.ts";
import { pathOf, type ObjectReference } from "./object-reference.ts";
import { tableText } from "./output/table.ts";
import { headingsOf, nameOf, rowOf } from "./print-objects.ts";
import { printValue } from "./print-value.ts";
import type { TitanObject } from "./titan-object.ts";

interface WatchOptions {
  readonly selector?: string | undefined;
  /** Whether what is there now is shown first. */
  readonly withList: boolean;
}

const RETRY = { firstMs: 250, capMs: 5_000 };
const ATTEMPTS_MAX = 8;

/** Shows what changes until it is interrupted; a connection that breaks is taken up where it was. */
export async function watchObjects(
  context: CommandContext,
  reference: ObjectReference,
  { selector, withList }: WatchOptions,
): Promise<number> {
  const { api, clock, output, settings, shell, signal } = context;
  const { kind, name } = reference;
  const path = pathOf({ kind, name: undefined }, settings.workspace);
  const list = await api.list(path, { labelSelector: selector });
  const wanted = (object: TitanObject): boolean =>
    name === undefined || object.metadata.name === name;
  const printer = createPrinter(context, reference);
  if (withList) for (const item of list.items.filter(wanted)) await printer("ADDED", item);
  const { revision } = list;
  let lastId: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const query = { watch: true, revision, labelSelector: selector };
      for await (const event of api.events(path, query, lastId)) {
        attempt = 1;
        const data: unknown = JSON.parse(event.data);
        if (event.lastEventId !== "") lastId = event.lastEventId;
        const object = (fieldAt(data, "object") ?? data) as TitanObject;
        const type = textAt(data, "type") || event.type;
        if (isChange(type) && wanted(object)) await printer(type, object);
      }
    } catch (error) {
      const gone = error instanceof ApiProblem && error.status === 410;
      if (signal.aborted || !(gone || error instanceof ConnectionError)) throw error;
      if (attempt >= ATTEMPTS_MAX) throw error;
      if (gone) {
        output.message(
          "warning: what happened in between is not kept any more; this is how it is now",
        );
        return await watchObjects(context, reference, { selector, withList: true });
      }
    }
    if (signal.aborted) return EXIT_STATUS.interrupted;
    await clock.sleep(backoffMs(attempt, { ...RETRY, random: shell.random }), signal);
  }
}

function isChange(type: string): boolean {
  return type === "ADDED" || type === "MODIFIED" || type === "DELETED";
}

/** Prints one change at a time; column widths are those of the headings and the first rows, never cut. */
function createPrinter(context: CommandContext, { kind }: ObjectReference) {
  const { output, settings } = context;
  let widths: readonly number[] | undefined;
  return async (type: string, object: TitanObject): Promise<void> => {
    switch (settings.output) {
      case "json":
      case "jsonl":
        output.line(JSON.stringify({ type, object }));
        return;
      case "yaml":
        output.line("---");
        await printValue(context, { type, object });
        return;
      case "name":
        output.line(nameOf(kind, object, settings.workspace));
        return;
      case "table":
      case "wide": {
        const row = ["", ...rowOf(context, kind, object)];
        row[0] = type;
        const headings = ["EVENT", ...headingsOf(context, kind)];
        const padded = (cells: readonly string[], to: readonly number[]): readonly string[] =>
          cells.map((cell, column) => cell.padEnd(to[column] ?? 0));
        if (widths === undefined) {
          widths = headings.map((heading, column) =>
            Math.max(heading.length, row[column]?.length ?? 0, 8),
          );
          output.line(tableText(padded(headings, widths), []).trimEnd());
        }
        output.line(padded(row, widths).join("  ").trimEnd());
      }
    }
  };
}
