import type { JsonObject } from "../json.ts";
import { splitKey } from "../key.ts";
import type { Labels } from "../labels.ts";
import type { NounKind } from "../noun.ts";
import { API_VERSION } from "../object/object.ts";
import type { Action, Operation } from "../records.generated.ts";

/** Create or replace. `path` is `workspace/name`, or a name in the proposal's workspace or in none. */
export function apply(
  kind: NounKind,
  path: string,
  spec: JsonObject = {},
  labels: Labels = {},
): Operation {
  return operation("APPLY", kind, path, { labels: { ...labels } }, { spec });
}

export function create(kind: NounKind, path: string, spec: JsonObject = {}): Operation {
  return operation("CREATE", kind, path, {}, { spec });
}

/** A merge patch of the object form; `metadata` is patched too. */
export function patch(
  kind: NounKind,
  path: string,
  change: JsonObject,
  metadata: JsonObject = {},
): Operation {
  return operation("PATCH", kind, path, metadata, change);
}

export function remove(kind: NounKind, path: string): Operation {
  return operation("DELETE", kind, path, {}, {});
}

/** The operation with the revision that its object must have. */
export function expecting(revision: number, of: Operation): Operation {
  return { ...of, expected: revision };
}

function operation(
  action: Action,
  kind: NounKind,
  path: string,
  metadata: JsonObject,
  rest: JsonObject,
): Operation {
  const { workspace, name } = splitKey(path);
  const identity = workspace === "" ? { name } : { workspace, name };
  const object = { apiVersion: API_VERSION, kind, metadata: { ...identity, ...metadata }, ...rest };
  return { action, kind, document: JSON.stringify(object), expected: null };
}
