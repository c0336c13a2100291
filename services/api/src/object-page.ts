import { matches, nounAs, type NounKind, type NounValue, type Selector } from "@titan/domain";
import type { ApiContext } from "./api-context.ts";
import { visibleWorkspaces, type Caller } from "./caller.ts";
import { ALL_KEYS, keysBelow, rangesAfter, type KeyRange } from "./read-model/key-ranges.ts";
import { labelsOf } from "./read-model/noun-store.ts";

export interface FoundNoun {
  readonly key: string;
  readonly revision: number;
  readonly value: NounValue;
}

export interface PageRequest {
  readonly kind: NounKind;
  readonly ranges: readonly KeyRange[];
  readonly selector: Selector | undefined;
  readonly revision: number;
  readonly after: string;
  readonly limit: number;
}

/** One page of a list as it was at a revision, and whether there is more. */
export function readPage(
  context: ApiContext,
  request: PageRequest,
): { readonly found: readonly FoundNoun[]; readonly more: boolean } {
  const found: FoundNoun[] = [];
  for (const range of rangesAfter(request.ranges, request.after)) {
    for (const noun of nounsIn(context, request, range)) {
      const { selector } = request;
      if (selector !== undefined && !matches(selector, labelsOf(noun.value))) continue;
      if (found.length === request.limit) return { found, more: true };
      found.push(noun);
    }
  }
  return { found, more: false };
}

/** The keys of a kind that a caller may see; of one workspace if it is named. */
export function visibleRanges(
  caller: Caller,
  kind: NounKind | "Assignment",
  workspace: string | undefined,
): readonly KeyRange[] {
  if (workspace !== undefined) return [keysBelow(workspace)];
  const visible = visibleWorkspaces(caller);
  if (visible === "all" || kind === "View") return [ALL_KEYS];
  if (kind === "Token") return [];
  if (kind === "Workspace") return visible.map((name) => ({ from: name, to: `${name}\0` }));
  return visible.map(keysBelow);
}

/** Present values come from memory, in the order of the file's keys; older ones from the file. */
function* nounsIn(
  { model }: ApiContext,
  { kind, selector, revision }: PageRequest,
  range: KeyRange,
): Generator<FoundNoun> {
  const { nouns } = model;
  if (revision !== nouns.revision) {
    yield* nouns.nouns.versionsAt(kind, range, revision);
    return;
  }
  for (const key of nouns.nouns.keys(kind, range, equalityIn(selector))) {
    const noun = nouns.world.get<NounKind>(kind, key);
    if (noun !== undefined) yield { key, revision: noun.revision, value: nounAs(kind, noun.value) };
  }
}

/** A label that whatever is selected has with one value: the index finds it. */
function equalityIn(
  selector: Selector | undefined,
): { readonly name: string; readonly value: string } | undefined {
  if (selector === undefined) return undefined;
  const terms = selector.op === "all" ? selector.terms : [selector];
  for (const { op, label, values } of terms) {
    const [value, ...others] = values;
    if (op === "in" && value !== undefined && others.length === 0) return { name: label, value };
  }
  return undefined;
}
