import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { readLabelChanges, readValueChanges } from "../key-value-text.ts";
import { readNamed } from "../object-reference.ts";
import { printWrite } from "../print-write.ts";
import { readReplicas } from "../replicas-text.ts";
import { submitChange, type WriteFlags } from "../submit-change.ts";

export type SettableField = "labels" | "values" | "image" | "replicas" | "target" | "template";

interface Options extends WriteFlags {
  /** KIND/NAME. */
  readonly object: string;
  readonly value?: string;
  readonly changes?: readonly string[];
}

const KINDS_WITH: Readonly<Record<SettableField, readonly string[]>> = {
  labels: ["Host", "Target", "Template", "Workload", "Deployment", "Workspace", "Token"],
  values: ["Deployment", "Workload"],
  image: ["Workload"],
  replicas: ["Deployment"],
  target: ["Deployment"],
  template: ["Deployment"],
};

/** The command that patches one field. */
export function setField(field: SettableField) {
  return async (options: Options, context: CommandContext): Promise<number> => {
    const { kind, name } = await readNamed(options.object);
    if (!KINDS_WITH[field].includes(kind.kind)) {
      const kinds = KINDS_WITH[field].map((each) => each.toLowerCase()).join(", ");
      throw usageError(
        `a ${kind.singular} has no ${field} to set`,
        `there are ${field} of: ${kinds}`,
      );
    }
    const { workspace } = context.settings;
    const identity = { name, ...(kind.scoped ? { workspace } : {}) };
    const { labels, spec } = changeOf(field, options);
    const object = {
      kind: kind.kind,
      metadata: { ...identity, ...(labels === undefined ? {} : { labels }) },
      ...(spec === undefined ? {} : { spec }),
    };
    const answer = await submitChange(context, [{ action: "patch", object }], options);
    return await printWrite(context, answer);
  };
}

interface Change {
  readonly labels?: object;
  readonly spec?: object;
}

function changeOf(field: SettableField, { value = "", changes = [] }: Options): Change {
  switch (field) {
    case "labels":
      return { labels: readLabelChanges(changes) };
    case "values":
      return { spec: { values: readValueChanges(changes) } };
    case "replicas":
      return { spec: { replicas: value === "none" ? null : readReplicas(value) } };
    case "image":
    case "target":
    case "template":
      return { spec: { [field]: value } };
  }
}
