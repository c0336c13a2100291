import { splitKey } from "../key.ts";
import { nounAs, type NounKind, type NounTypes, type NounValue, type ScopedKind } from "../noun.ts";
import { referencesOf, type UsedKind } from "./noun-references.ts";
import type { PlannedOperation } from "./proposal.ts";
import type { ReadableWorld, StoredNoun } from "./world.ts";

/** A key that the proposal touched. */
export interface DraftEntry {
  readonly kind: NounKind;
  readonly key: string;
  readonly before: StoredNoun | undefined;
  /** Null when it does not exist after the proposal. */
  readonly after: NounValue | null;
  /** The last operation on it. */
  readonly operation: PlannedOperation;
}

/** The world as it would be after the operations so far: the differences over a world that stays as it is. */
export class Draft {
  readonly world: ReadableWorld;
  readonly #entries = new Map<string, DraftEntry>();

  constructor(world: ReadableWorld) {
    this.world = world;
  }

  get<Kind extends NounKind>(kind: Kind, key: string): NounTypes[Kind] | undefined {
    const entry = this.#entries.get(idOf(kind, key));
    if (entry === undefined) return this.world.get(kind, key)?.value;
    return entry.after === null ? undefined : nounAs(kind, entry.after);
  }

  has(kind: NounKind, key: string): boolean {
    const entry = this.#entries.get(idOf(kind, key));
    return entry === undefined ? this.world.has(kind, key) : entry.after !== null;
  }

  /** The entry of a key, if the proposal touched it. */
  entry(kind: NounKind, key: string): DraftEntry | undefined {
    return this.#entries.get(idOf(kind, key));
  }

  put(operation: PlannedOperation, after: NounValue | null): void {
    const { kind, key } = operation;
    const id = idOf(kind, key);
    const before = this.#entries.has(id)
      ? this.#entries.get(id)?.before
      : this.world.get<NounKind>(kind, key);
    this.#entries.set(id, { kind, key, before, after, operation });
  }

  /** In the order in which the keys were first touched. */
  get entries(): Iterable<DraftEntry> {
    return this.#entries.values();
  }

  /** What will use a noun of the world or the draft after the proposal, those that it touches first. */
  *usersOf(kind: UsedKind, key: string): Generator<string> {
    const user: NounKind = kind === "Workspace" ? "Token" : "Deployment";
    for (const entry of this.#entries.values()) {
      if (entry.kind !== user || entry.after === null) continue;
      const uses = referencesOf(user, entry.after);
      if (uses.some((used) => used.kind === kind && used.key === key)) yield entry.key;
    }
    for (const other of this.world.usersOf(kind, key)) {
      if (!this.#entries.has(idOf(user, other))) yield other;
    }
  }

  /** What will be in a workspace after the proposal. */
  *objectsIn(workspace: string, kind: ScopedKind): Generator<string> {
    for (const entry of this.#entries.values()) {
      const isThere = entry.kind === kind && entry.after !== null;
      if (isThere && splitKey(entry.key).workspace === workspace) yield entry.key;
    }
    for (const key of this.world.objectsIn(workspace, kind)) {
      if (!this.#entries.has(idOf(kind, key))) yield key;
    }
  }
}

function idOf(kind: NounKind, key: string): string {
  return `${kind} ${key}`;
}
