import { pointerTo } from "../json-pointer.ts";
import { splitKey } from "../key.ts";
import { isScopedKind, nounAs, NOUN_NAMES, SCOPED_KINDS } from "../noun.ts";
import { EVERY_WORKSPACE } from "../object/token-object.ts";
import type { Refusals } from "../refusals.ts";
import { didYouMean } from "../suggestion.ts";
import type { Draft, DraftEntry } from "./draft.ts";
import { isUsedKind } from "./noun-references.ts";
import type { References } from "./references.ts";

/** So many users are listed by name. */
const USERS_LISTED_MAX = 20;

/**
 * Checks what must hold over all of the world after a proposal: every object is in a workspace that exists, a token
 * names workspaces that exist, nothing is gone that others use, and no workspace is gone that still holds objects.
 */
export function checkIntegrity(draft: Draft, references: References, refusals: Refusals): void {
  for (const entry of draft.entries) {
    if (entry.after === null) checkGone(entry, draft, refusals);
    else checkWorkspaces(entry, draft, references, refusals);
  }
}

function checkWorkspaces(
  { kind, key, after, operation }: DraftEntry,
  draft: Draft,
  references: References,
  refusals: Refusals,
): void {
  const named: { readonly workspace: string; readonly pointer: string }[] = [];
  if (isScopedKind(kind)) {
    const pointer = pointerTo(operation.pointer, "metadata", "workspace");
    named.push({ workspace: splitKey(key).workspace, pointer });
  } else if (kind === "Token" && after !== null) {
    for (const workspace of nounAs(kind, after).workspaces) {
      if (workspace === EVERY_WORKSPACE) continue;
      named.push({ workspace, pointer: pointerTo(operation.pointer, "spec", "workspaces") });
    }
  }
  for (const { workspace, pointer } of named) {
    if (references.willExist("Workspace", workspace)) continue;
    refusals.add("workspace-not-found", pointer, `there is no workspace ${workspace}`, () =>
      didYouMean(workspace, draft.world.keysOf("Workspace")),
    );
  }
}

function checkGone(entry: DraftEntry, draft: Draft, refusals: Refusals): void {
  const { kind, key, operation } = entry;
  if (!isUsedKind(kind)) return;
  const noun = NOUN_NAMES[kind].singular;
  const users = listed(draft.usersOf(kind, key));
  if (users !== "") {
    const whose = kind === "Workspace" ? "tokens" : "deployments";
    refusals.add("in-use", operation.pointer, `${noun} ${key} is used by ${whose} ${users}`);
  }
  if (kind !== "Workspace") return;
  for (const inside of SCOPED_KINDS) {
    const objects = listed(draft.objectsIn(key, inside));
    if (objects === "") continue;
    const detail = `workspace ${key} still holds ${NOUN_NAMES[inside].plural} ${objects}`;
    refusals.add("workspace-not-empty", operation.pointer, detail);
  }
}

/**
 * The lowest names in order, whatever order they came in, and how many more there are; empty when there is none.
 * Takes one pass: a workspace may hold a million hosts.
 */
function listed(keys: Iterable<string>): string {
  const lowest: string[] = [];
  let count = 0;
  for (const key of keys) {
    count++;
    if (lowest.length === USERS_LISTED_MAX && key > (lowest.at(-1) ?? "")) continue;
    lowest.push(key);
    lowest.sort();
    if (lowest.length > USERS_LISTED_MAX) lowest.pop();
  }
  const more = count - lowest.length;
  return more === 0 ? lowest.join(", ") : `${lowest.join(", ")} and ${more} more`;
}
