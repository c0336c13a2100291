import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { textAt } from "../field-at.ts";
import { tableText } from "../output/table.ts";
import { isStructured, printValue } from "../print-value.ts";
import { printWrite } from "../print-write.ts";
import { submitChange, type WriteFlags } from "../submit-change.ts";

interface Options extends WriteFlags {
  readonly view?: string;
  readonly version?: string;
}

/** Without arguments: which version of each view is in force, and which the running tasks offer. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { view, version } = options;
  if (view === undefined) return await listViews(context);
  if (version === undefined || !/^\d{1,7}$/.test(version)) {
    throw usageError(`which version of ${view}?`, "titan activate VIEW VERSION");
  }
  const spec = { version: Number(version) };
  const object = { apiVersion: "titan/v1", kind: "View", metadata: { name: view }, spec };
  const answer = await submitChange(context, [{ action: "apply", object }], options);
  return await printWrite(context, answer);
}

async function listViews(context: CommandContext): Promise<number> {
  const { api, output } = context;
  const [{ items }, { tasks = [] }] = await Promise.all([
    api.list("/v1/views"),
    api.installation(),
  ]);
  // A task is named for its view, with its partition behind.
  const offeredBy = (view: string): readonly string[] => [
    ...new Set(
      tasks
        .filter(({ name }) => name.split(/[/ ]/)[0] === view)
        .map((task) => String(task.version)),
    ),
  ];
  const views = items.map(({ metadata, spec }) => ({
    view: metadata.name,
    inForce: textAt(spec, "version"),
    offered: offeredBy(metadata.name),
  }));
  if (isStructured(context)) await printValue(context, views);
  else {
    const rows = views.map(({ view, inForce, offered }) => [view, inForce, offered.join(",")]);
    output.line(tableText(["VIEW", "IN FORCE", "OFFERED"], rows));
  }
  return EXIT_STATUS.done;
}
