import type { CommandContext } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { pathOf, readReference } from "../object-reference.ts";
import { labelsText } from "../output/object-columns.ts";
import { printable } from "../output/output.ts";
import { isStructured, printValue } from "../print-value.ts";
import { readObject } from "../read-object.ts";
import type { TitanObject } from "../titan-object.ts";

interface Options {
  readonly kind: string;
  readonly name?: string;
  readonly selector?: string;
  readonly at?: string;
}

/** Objects with everything that is known about them. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { kind, name } = await readReference(options.kind, options.name);
  const objects =
    name === undefined
      ? await all(context, options)
      : [await readObject(context, { kind, name }, options.at)];
  if (objects.length === 0) context.output.message(`no ${kind.plural} found`);
  for (const [index, object] of objects.entries()) {
    if (isStructured(context)) await printValue(context, object);
    else {
      if (index > 0) context.output.line("");
      context.output.line(await describe(object));
    }
  }
  return EXIT_STATUS.done;
}

async function all(context: CommandContext, options: Options): Promise<readonly TitanObject[]> {
  const { api, settings } = context;
  const { kind } = await readReference(options.kind);
  const path = pathOf({ kind, name: undefined }, settings.workspace);
  const { items } = await api.list(path, { labelSelector: options.selector, at: options.at });
  const objects: TitanObject[] = [];
  // A list says less of each object than reading it does.
  for (const { metadata } of items) {
    const own = pathOf({ kind, name: metadata.name }, metadata.workspace ?? settings.workspace);
    objects.push(await api.get<TitanObject>(own, { at: options.at }));
  }
  return objects;
}

async function describe({ kind, metadata, spec, status }: TitanObject): Promise<string> {
  const { yamlText } = await import("../output/yaml-text.ts");
  const { name, workspace, labels, revision, createdRevision } = metadata;
  const lines = [
    `Kind:       ${kind}`,
    `Name:       ${name}`,
    ...(workspace === undefined ? [] : [`Workspace:  ${workspace}`]),
    `Labels:     ${labelsText(labels) || "-"}`,
    `Revision:   ${revision ?? "-"} (created at ${createdRevision ?? "-"})`,
    ...section("Spec", yamlText(spec)),
    ...(Object.keys(status ?? {}).length === 0 ? [] : section("Status", yamlText(status))),
  ];
  return lines.map(printable).join("\n");
}

function section(heading: string, yaml: string): readonly string[] {
  const lines = yaml.trimEnd().split("\n");
  return [`${heading}:`, ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}
