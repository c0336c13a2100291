import { matches, nounAs, type NounKind, type NounValue, type Selector } from "@titan/domain";
import type { ApiContext } from "./api-context.ts";
import { visibleWorkspaces, type Caller } from "./caller.ts";
import { HostSelection } from "./read-model/host-selection.ts";
import { ALL_KEYS, keysBelow, rangesAfter, type KeyRange } from "./read-model/key-ranges.ts";
import { LowestKeys } from "./read-model/lowest-keys.ts";
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

interface Page {
  readonly found: readonly FoundNoun[];
  readonly more: boolean;
}

/** When a page is looked up, and when it is sought along the list. */
export interface PageBounds {
  /** So many hosts that are selected are always looked up. */
  readonly lookedUpMax: number;
  /** Where more are selected so much of the list is tried first: often they are near. */
  readonly walkedMax: number;
  /** With more changes since a revision the list of then is walked. */
  readonly changedSinceMax: number;
}

const PAGE_BOUNDS: PageBounds = { lookedUpMax: 20_000, walkedMax: 5_000, changedSinceMax: 10_000 };

/**
 * One page of a list as it was at a revision, and whether there is more.
 *
 * Hosts with labels are looked up by these and put in order; where they are many, the next of the
 * list are tried first. The cost grows with the hosts that are selected, not with the fleet.
 */
export function readPage(
  context: ApiContext,
  request: PageRequest,
  bounds: PageBounds = PAGE_BOUNDS,
): Page {
  const { kind, selector } = request;
  const ranges = rangesAfter(request.ranges, request.after);
  if (kind === "Host" && selector !== undefined) {
    const selection = new HostSelection(context.model.nouns.hosts, selector);
    const near =
      selection.size > bounds.lookedUpMax
        ? walk(context, request, ranges, bounds.walkedMax)
        : undefined;
    const page = near ?? lookUp(context, request, ranges, selection, bounds.changedSinceMax);
    if (page !== undefined) return page;
  }
  return walk(context, request, ranges, Infinity) ?? { found: [], more: false };
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

/** Undefined when the page is not whole after so many nouns. */
function walk(
  context: ApiContext,
  request: PageRequest,
  ranges: readonly KeyRange[],
  nounsMax: number,
): Page | undefined {
  const { selector, limit } = request;
  const found: FoundNoun[] = [];
  let seen = 0;
  for (const range of ranges) {
    for (const noun of nounsIn(context, request, range)) {
      seen += 1;
      if (seen > nounsMax) return undefined;
      if (selector !== undefined && !matches(selector, labelsOf(noun.value))) continue;
      if (found.length === limit) return { found, more: true };
      found.push(noun);
    }
  }
  return { found, more: false };
}

/**
 * Hosts that are selected now and are as they were, and those that were selected and are others now.
 * Undefined when too many are others.
 */
function lookUp(
  { model }: ApiContext,
  { selector, revision, limit }: PageRequest,
  ranges: readonly KeyRange[],
  selection: HostSelection,
  changedSinceMax: number,
): Page | undefined {
  const { nouns } = model;
  const { hosts } = nouns;
  const others =
    revision === nouns.revision ? [] : nouns.nouns.endedSince("Host", revision, changedSinceMax);
  if (others === undefined || selector === undefined) return undefined;
  const isListed = (key: string): boolean => ranges.some(({ from, to }) => key >= from && key < to);
  const lowest = new LowestKeys(limit + 1);
  for (const host of selection) {
    if (hosts.revisionOf(host) > revision) continue;
    const key = hosts.keyOf(host);
    if (isListed(key)) lowest.add(key);
  }
  const before = new Map<string, FoundNoun>();
  for (const version of others) {
    if (!isListed(version.key) || !matches(selector, labelsOf(version.value))) continue;
    before.set(version.key, version);
    lowest.add(version.key);
  }
  const found = lowest.sorted().flatMap((key): readonly FoundNoun[] => {
    const noun = before.get(key) ?? nouns.world.get("Host", key);
    return noun === undefined ? [] : [{ key, revision: noun.revision, value: noun.value }];
  });
  return { found: found.slice(0, limit), more: found.length > limit };
}

/** Present values come from memory, in the order of the file's keys; older ones from the file. */
function* nounsIn(
  { model }: ApiContext,
  { kind, revision }: PageRequest,
  range: KeyRange,
): Generator<FoundNoun> {
  const { nouns } = model;
  if (revision !== nouns.revision) {
    yield* nouns.nouns.versionsAt(kind, range, revision);
    return;
  }
  for (const key of nouns.nouns.keys(kind, range)) {
    const noun = nouns.world.get<NounKind>(kind, key);
    if (noun !== undefined) yield { key, revision: noun.revision, value: nounAs(kind, noun.value) };
  }
}
