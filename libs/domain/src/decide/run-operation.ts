import { isJsonObject, type JsonObject } from "../json.ts";
import { splitKey } from "../key.ts";
import { mergePatch } from "../merge-patch.ts";
import { DEFAULT_WORKSPACE } from "../name.ts";
import { isScopedKind, nounAs, NOUN_NAMES, type NounKind, type NounValue } from "../noun.ts";
import { jsonOfObject, objectOf, readObject } from "../object/object.ts";
import type { Outcome, Token } from "../records.generated.ts";
import type { Refusals } from "../refusals.ts";
import { sameValue } from "../same-value.ts";
import { didYouMean } from "../suggestion.ts";
import type { Draft } from "./draft.ts";
import { referencesOf } from "./noun-references.ts";
import type { PlannedOperation } from "./proposal.ts";
import type { References } from "./references.ts";

/** What became of an operation. */
export type OperationResult = "created" | "configured" | "unchanged" | "deleted";

/** Runs the operations of one proposal on a draft, each seeing what those before it did. */
export class OperationRunner {
  readonly #draft: Draft;
  readonly #references: References;
  readonly #workspace: string;
  readonly #revision: number;
  readonly #refusals: Refusals;

  /** `workspace` is the proposal's, `revision` that of the commit to be. */
  constructor(
    draft: Draft,
    references: References,
    workspace: string,
    revision: number,
    refusals: Refusals,
  ) {
    this.#draft = draft;
    this.#references = references;
    this.#workspace = workspace;
    this.#revision = revision;
    this.#refusals = refusals;
  }

  /** Undefined when the operation is refused; then it left no trace in the draft. */
  run(operation: PlannedOperation): Outcome | undefined {
    const before = this.#refusals.count;
    const result = this.#run(operation);
    if (this.#refusals.count > before || result === undefined) return undefined;
    return { kind: operation.kind, key: operation.key, result };
  }

  #run(operation: PlannedOperation): OperationResult | undefined {
    const { kind, key, action } = operation;
    const current = this.#draft.get<NounKind>(kind, key);
    if (!this.#hasExpectedRevision(operation, current)) return undefined;
    switch (action) {
      case "DELETE":
        return current === undefined ? this.#notFound(operation) : this.#delete(operation);
      case "CREATE":
        if (current === undefined) return this.#write(operation, operation.document, current);
        this.#refusals.add(
          "already-exists",
          operation.pointer,
          `${describe(operation)} exists already`,
        );
        return undefined;
      case "PATCH":
        if (current === undefined) return this.#notFound(operation);
        return this.#write(operation, patched(operation, current), current);
      case "APPLY":
        return this.#write(operation, operation.document, current);
    }
  }

  #delete(operation: PlannedOperation): OperationResult | undefined {
    const { kind, key, pointer } = operation;
    if (kind === "View" || (kind === "Workspace" && key === DEFAULT_WORKSPACE)) {
      this.#refusals.add(
        "protected",
        pointer,
        `${describe(operation)} belongs to the installation`,
      );
      return undefined;
    }
    this.#draft.put(operation, null);
    return "deleted";
  }

  #write(
    operation: PlannedOperation,
    object: JsonObject,
    current: NounValue | undefined,
  ): OperationResult | undefined {
    const { kind, workspace, name, pointer } = operation;
    const before = this.#refusals.count;
    const value = readObject(kind, object, pointer, {
      workspace,
      name,
      createdRevision: current?.createdRevision ?? this.#revision,
      previous: current,
      resolve: isScopedKind(kind)
        ? this.#references.resolverFor(
            workspace,
            current === undefined ? [] : referencesOf(kind, current),
          )
        : this.#references.unscopedResolver(this.#workspace),
      refusals: this.#refusals,
    });
    if (this.#refusals.count > before) return undefined;
    if (current !== undefined && sameValue(current, value)) return "unchanged";
    if (current !== undefined && !this.#mayBecome(operation, current, value)) return undefined;
    this.#draft.put(operation, value);
    return current === undefined ? "created" : "configured";
  }

  /** An object that the proposal itself made has the revision that the proposal is about to get. */
  #hasExpectedRevision(operation: PlannedOperation, current: NounValue | undefined): boolean {
    const { kind, key, expected, pointer } = operation;
    if (expected === null) return true;
    const stored = this.#draft.world.get<NounKind>(kind, key);
    const isNew = current?.createdRevision === this.#revision;
    const revision = current === undefined ? 0 : isNew ? this.#revision : (stored?.revision ?? 0);
    if (revision === expected) return true;
    const found = revision === 0 ? "does not exist" : `has revision ${revision}`;
    const wanted = expected === 0 ? "was not to exist" : `was to have revision ${expected}`;
    const detail = `${describe(operation)} ${wanted} and ${found}`;
    this.#refusals.add("revision-mismatch", pointer, detail, "read it again and decide anew");
    return false;
  }

  #mayBecome(operation: PlannedOperation, current: NounValue, value: NounValue): boolean {
    const { kind, pointer } = operation;
    const changed: string[] = [];
    if (kind === "Deployment") {
      if (nounAs(kind, current).workload !== nounAs(kind, value).workload) {
        changed.push("/spec/workload");
      }
    } else if (kind === "Token") {
      changed.push(...changedTokenFields(nounAs(kind, current), nounAs(kind, value)));
    }
    for (const field of changed) {
      const detail = `${describe(operation)} can not change this any more`;
      const hint = "delete it and create it anew";
      this.#refusals.add("immutable-field", `${pointer}${field}`, detail, hint);
    }
    return changed.length === 0;
  }

  #notFound(operation: PlannedOperation): undefined {
    const { kind, workspace, name, pointer } = operation;
    this.#refusals.add("not-found", pointer, `${describe(operation)} does not exist`, () => {
      if (!isScopedKind(kind)) return "";
      const keys = Iterator.from(this.#draft.world.objectsIn(workspace, kind)).take(1_000);
      return didYouMean(
        name,
        keys.map((key) => splitKey(key).name),
      );
    });
    return undefined;
  }
}

function describe({ kind, key }: PlannedOperation): string {
  return `${NOUN_NAMES[kind].singular} ${key}`;
}

function patched({ kind, document }: PlannedOperation, current: NounValue): JsonObject {
  const object = jsonOfObject(objectOf<NounKind>(kind, current, 0));
  const merged = mergePatch(object, document);
  return isJsonObject(merged) ? merged : {};
}

function changedTokenFields(current: Token, value: Token): string[] {
  const pointers: string[] = [];
  if (!sameValue(current.labels, value.labels)) pointers.push("/metadata/labels");
  for (const field of ["role", "workspaces", "host", "secretHash"] as const) {
    if (!sameValue(current[field], value[field])) pointers.push(`/spec/${field}`);
  }
  return pointers;
}
