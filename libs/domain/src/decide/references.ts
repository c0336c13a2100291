import { isVisibleFrom, keysOfReference, splitKey } from "../key.ts";
import { DEFAULT_WORKSPACE, nameFault } from "../name.ts";
import { NOUN_NAMES, type NounKind, type ScopedKind } from "../noun.ts";
import type { Resolve } from "../object/object-context.ts";
import type { Refusals } from "../refusals.ts";
import { suggestionFor } from "../suggestion.ts";
import type { NounReference } from "./noun-references.ts";
import type { PlannedOperation } from "./proposal.ts";
import type { ReadableWorld } from "./world.ts";

/** Resolves references against the world as it will be after the whole proposal, so that order does not matter. */
export class References {
  readonly #world: ReadableWorld;
  readonly #refusals: Refusals;
  /** Whether the keys that the proposal is about will exist. */
  readonly #planned = new Map<string, boolean>();

  constructor(world: ReadableWorld, operations: readonly PlannedOperation[], refusals: Refusals) {
    this.#world = world;
    this.#refusals = refusals;
    for (const { kind, key, action } of operations) {
      this.#planned.set(`${kind} ${key}`, action !== "DELETE");
    }
  }

  willExist(kind: NounKind, key: string): boolean {
    return this.#planned.get(`${kind} ${key}`) ?? this.#world.has(kind, key);
  }

  /**
   * For objects of `workspace`: a name alone means what it meant in the object so far, else the workspace's own noun,
   * else that of `default`. So a file that is applied again means the same, whatever was created in between.
   */
  resolverFor(workspace: string, soFar: readonly NounReference[] = []): Resolve {
    return (kind, reference, pointer) => {
      const kept = soFar.find(
        (known) => known.kind === kind && splitKey(known.key).name === reference,
      );
      if (kept !== undefined && this.willExist(kind, kept.key)) return kept.key;
      return this.#resolve(kind, reference, pointer, workspace);
    };
  }

  /** For objects that are in no workspace: any workspace may be named, and a name alone means that in `workspace`. */
  unscopedResolver(workspace: string): Resolve {
    return (kind, reference, pointer) => {
      const full = reference.includes("/") ? reference : `${workspace}/${reference}`;
      return this.#resolve(kind, full, pointer, splitKey(full).workspace);
    };
  }

  #resolve(kind: ScopedKind, reference: string, pointer: string, workspace: string): string {
    const parts = splitKey(reference);
    const fault =
      nameFault(parts.name) ?? (reference.includes("/") ? nameFault(parts.workspace) : undefined);
    const noun = NOUN_NAMES[kind].singular;
    if (fault !== undefined) {
      const hint = `a ${noun} is named by its name, or by workspace/name`;
      this.#refusals.add("invalid-name", pointer, fault, hint);
      return "";
    }
    if (reference.includes("/") && !isVisibleFrom(workspace, parts.workspace)) {
      const detail = `${noun} ${reference} is in a workspace that ${workspace} does not see`;
      const hint = `refer to one of ${workspace} or of ${DEFAULT_WORKSPACE}`;
      this.#refusals.add("reference-out-of-scope", pointer, detail, hint);
      return "";
    }
    const keys = keysOfReference(reference, workspace);
    const found = keys.find((key) => this.willExist(kind, key));
    if (found !== undefined) return found;
    const detail = `there is no ${noun} ${keys.join(" or ")}`;
    this.#refusals.add("reference-not-found", pointer, detail, () =>
      this.#suggestion(kind, parts.name, keys),
    );
    return "";
  }

  #suggestion(kind: ScopedKind, name: string, keys: readonly string[]): string {
    for (const { workspace } of keys.map(splitKey)) {
      const names = this.#namesIn(kind, workspace);
      const near = suggestionFor(name, names);
      if (near !== undefined) return `did you mean "${workspace}/${near}"?`;
    }
    return "";
  }

  *#namesIn(kind: ScopedKind, workspace: string): Generator<string> {
    for (const [id, exists] of this.#planned) {
      if (exists && id.startsWith(`${kind} ${workspace}/`)) yield splitKey(id).name;
    }
    for (const key of this.#world.objectsIn(workspace, kind)) yield splitKey(key).name;
  }
}
