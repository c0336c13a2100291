import type { RenderedDeployment } from "@titan/domain";
import type { ReadModel } from "../read-model/read-model.ts";

/** What a deployment's stream holds now. */
export interface RenderedNow {
  /** The label of the record: the revision at which what is rendered changed last. */
  readonly revision: number;
  readonly value: Pick<RenderedDeployment, "digest" | "createdRevision" | "problem">;
}

export function renderedOf({ derived }: ReadModel, key: string): RenderedNow | undefined {
  const version = derived.store.current("titan.rendered-deployment", key);
  if (version === undefined) return undefined;
  return { revision: version.label, value: JSON.parse(version.value) as RenderedDeployment };
}

/** The labels that a template needs of a host. */
export function neededLabels({ world }: ReadModel["nouns"], template: string): readonly string[] {
  const noun = world.get("Template", template)?.value;
  if (noun === undefined) return [];
  const parse = world.parses.of(noun);
  return parse.ok ? parse.template.hostLabels : [];
}
