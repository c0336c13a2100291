import { DEFAULT_WORKSPACE } from "./name.ts";
import { NOUN_NAMES, type ObjectKind } from "./noun.ts";

/** The key of a noun: `workspace/name` for scoped kinds, `name` alone for Workspace, Token and View. */
export function keyOf(kind: ObjectKind, workspace: string, name: string): string {
  return NOUN_NAMES[kind].scoped ? `${workspace}/${name}` : name;
}

export interface KeyParts {
  /** Empty where the key has no workspace. */
  readonly workspace: string;
  readonly name: string;
}

/** The parts of a key that `keyOf` made. */
export function splitKey(key: string): KeyParts {
  const slash = key.indexOf("/");
  if (slash < 0) return { workspace: "", name: key };
  return { workspace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * The keys that a reference may mean, in the order in which they are tried: `workspace/name` means itself, a name
 * alone means that of the own workspace and then that of `default`.
 */
export function keysOfReference(reference: string, ownWorkspace: string): readonly string[] {
  if (reference.includes("/")) return [reference];
  if (ownWorkspace === DEFAULT_WORKSPACE) return [`${DEFAULT_WORKSPACE}/${reference}`];
  return [`${ownWorkspace}/${reference}`, `${DEFAULT_WORKSPACE}/${reference}`];
}

/** True when nouns of `workspace` can be seen from `ownWorkspace`: its own and those of `default`. */
export function isVisibleFrom(ownWorkspace: string, workspace: string): boolean {
  return workspace === ownWorkspace || workspace === DEFAULT_WORKSPACE;
}
