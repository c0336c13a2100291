import { nounAs, type NounKind, type NounValue } from "../noun.ts";
import { EVERY_WORKSPACE } from "../object/token-object.ts";

/** The kinds that others use, and that can therefore not be deleted at will. */
export type UsedKind = "Workspace" | "Workload" | "Template" | "Target";

export interface NounReference {
  readonly kind: UsedKind;
  readonly key: string;
}

const NONE: readonly NounReference[] = [];

/**
 * What a noun refers to and would break without. A token's host is not among it: hosts may always go, and the
 * incarnation in the token keeps it from opening the next one. Being in a workspace is not a reference either.
 */
export function referencesOf(kind: NounKind, value: NounValue): readonly NounReference[] {
  if (kind === "Deployment") {
    const { workload, template, target } = nounAs(kind, value);
    return [
      { kind: "Workload", key: workload },
      { kind: "Template", key: template },
      { kind: "Target", key: target },
    ];
  }
  if (kind !== "Token") return NONE;
  const named = nounAs(kind, value).workspaces.filter((name) => name !== EVERY_WORKSPACE);
  return named.map((key) => ({ kind: "Workspace", key }));
}

/** Whether nouns of a kind refer to others at all: most do not, and need not be looked at. */
export function mayRefer(kind: NounKind): boolean {
  return kind === "Deployment" || kind === "Token";
}

export function isUsedKind(kind: NounKind): kind is UsedKind {
  return kind === "Workspace" || kind === "Workload" || kind === "Template" || kind === "Target";
}
