import { splitKey } from "../key.ts";
import {
  isNounKind,
  NOUN_KINDS,
  nounAs,
  type NounKind,
  type NounTypes,
  type NounValue,
  type ScopedKind,
} from "../noun.ts";
import type { Event, Host } from "../records.generated.ts";
import { ParsedTemplates } from "../template/parsed-templates.ts";
import { mayRefer, referencesOf, type UsedKind } from "./noun-references.ts";

/** A noun's value and the revision of the change that gave it. */
export interface StoredNoun<Value = NounValue> {
  readonly value: Value;
  readonly revision: number;
}

/** The world as a decider may look at it. */
export interface ReadableWorld {
  get<Kind extends NounKind>(kind: Kind, key: string): StoredNoun<NounTypes[Kind]> | undefined;
  has(kind: NounKind, key: string): boolean;
  /** How many nouns of a kind there are. */
  count(kind: NounKind): number;
  /** All keys of a kind. */
  keysOf(kind: NounKind): Iterable<string>;
  /** Keys of what refers to it: deployments, and for a workspace tokens. */
  usersOf(kind: UsedKind, key: string): ReadonlySet<string>;
  /** Keys of a workspace's objects of one kind. */
  objectsIn(workspace: string, kind: ScopedKind): Iterable<string>;
  /** Parses a template of the world once. */
  readonly parses: ParsedTemplates;
}

/** Where a world keeps the nouns of one kind. What it answers is equal to what it was given, not the same object. */
export interface NounTable<Value = NounValue> extends Iterable<
  readonly [string, StoredNoun<Value>]
> {
  readonly size: number;
  get(key: string): StoredNoun<Value> | undefined;
  has(key: string): boolean;
  set(key: string, noun: StoredNoun<Value>): void;
  delete(key: string): void;
  keys(): Iterable<string>;
  /** Keys of what is in a workspace; asked only of kinds that are in one. */
  keysIn(workspace: string): Iterable<string>;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * All nouns at one revision, with indexes of who uses what and of what is in which workspace. Changes in place and
 * costs what an event costs, however large it is; a proposal is decided without copying anything. A fleet's hosts may
 * be kept in a table of the caller's, which takes less memory than objects.
 */
export class World implements ReadableWorld {
  readonly parses = new ParsedTemplates();
  readonly #nouns: ReadonlyMap<NounKind, NounTable>;
  readonly #users = new Index();
  #revision = 0;

  constructor(hosts: NounTable<Host> = new NounMap<Host>()) {
    this.#nouns = new Map(
      NOUN_KINDS.map((kind) => [kind, kind === "Host" ? (hosts as NounTable) : new NounMap()]),
    );
  }

  /** The revision of the last change that was applied; 0 before the first. */
  get revision(): number {
    return this.#revision;
  }

  get<Kind extends NounKind>(kind: Kind, key: string): StoredNoun<NounTypes[Kind]> | undefined {
    const stored = this.#nouns.get(kind)?.get(key);
    if (stored === undefined) return undefined;
    return { value: nounAs(kind, stored.value), revision: stored.revision };
  }

  has(kind: NounKind, key: string): boolean {
    return this.#nouns.get(kind)?.has(key) ?? false;
  }

  count(kind: NounKind): number {
    return this.#nouns.get(kind)?.size ?? 0;
  }

  /** Keys and values of a kind, in the order in which the keys came. */
  entries(kind: NounKind): Iterable<readonly [key: string, noun: StoredNoun]> {
    return this.#nouns.get(kind) ?? [];
  }

  keysOf(kind: NounKind): Iterable<string> {
    return this.#nouns.get(kind)?.keys() ?? [];
  }

  usersOf(kind: UsedKind, key: string): ReadonlySet<string> {
    return this.#users.of(kind, key);
  }

  objectsIn(workspace: string, kind: ScopedKind): Iterable<string> {
    return this.#nouns.get(kind)?.keysIn(workspace) ?? NONE;
  }

  /** Takes over the events of the change that follows. Events of unknown kinds are a bug of the caller. */
  apply(events: readonly Event[], revision: number): void {
    for (const { kind, key, current } of events) {
      if (!isNounKind(kind)) throw new TypeError(`no noun is of kind ${kind}`);
      this.put(kind, key, current, revision);
    }
    this.#revision = revision;
  }

  /** Sets or, with null, removes one noun: for loading a world from the noun topics. */
  put(kind: NounKind, key: string, value: NounValue | null, revision: number): void {
    const nouns = this.#nouns.get(kind);
    const before = mayRefer(kind) ? nouns?.get(key) : undefined;
    if (before !== undefined) {
      for (const used of referencesOf(kind, before.value))
        this.#users.remove(used.kind, used.key, key);
    }
    if (value === null) {
      nouns?.delete(key);
    } else {
      nouns?.set(key, { value, revision });
      for (const used of referencesOf(kind, value)) this.#users.add(used.kind, used.key, key);
    }
    this.#revision = Math.max(this.#revision, revision);
  }
}

/** Nouns of one kind as objects. */
class NounMap<Value> extends Map<string, StoredNoun<Value>> implements NounTable<Value> {
  readonly #workspaces = new Map<string, Set<string>>();

  override set(key: string, noun: StoredNoun<Value>): this {
    if (!this.has(key)) {
      const { workspace } = splitKey(key);
      const keys = this.#workspaces.get(workspace) ?? new Set<string>();
      this.#workspaces.set(workspace, keys.add(key));
    }
    return super.set(key, noun);
  }

  override delete(key: string): boolean {
    const { workspace } = splitKey(key);
    const keys = this.#workspaces.get(workspace);
    keys?.delete(key);
    if (keys?.size === 0) this.#workspaces.delete(workspace);
    return super.delete(key);
  }

  keysIn(workspace: string): Iterable<string> {
    return this.#workspaces.get(workspace) ?? NONE;
  }
}

/** Sets of keys by kind and by what they belong to. */
class Index {
  readonly #sets = new Map<NounKind, Map<string, Set<string>>>();

  of(kind: NounKind, owner: string): ReadonlySet<string> {
    return this.#sets.get(kind)?.get(owner) ?? NONE;
  }

  add(kind: NounKind, owner: string, key: string): void {
    const byOwner = this.#sets.get(kind) ?? new Map<string, Set<string>>();
    this.#sets.set(kind, byOwner);
    const keys = byOwner.get(owner) ?? new Set<string>();
    byOwner.set(owner, keys);
    keys.add(key);
  }

  remove(kind: NounKind, owner: string, key: string): void {
    const keys = this.#sets.get(kind)?.get(owner);
    keys?.delete(key);
    if (keys?.size === 0) this.#sets.get(kind)?.delete(owner);
  }
}
