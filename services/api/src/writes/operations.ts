import {
  isJsonObject,
  isNounKind,
  isScopedKind,
  keyOf,
  kindOf,
  NOUN_NAMES,
  type Action,
  type JsonObject,
  type JsonValue,
  type NounKind,
  type Operation,
} from "@titan/domain";
import { mayWrite } from "../access.ts";
import type { Caller } from "../caller.ts";
import { ApiProblem } from "../problem.ts";
import type { Precondition } from "./write-headers.ts";

/** Which object a route names. */
export interface RouteObject {
  readonly kind: NounKind;
  /** Empty for kinds without one. */
  readonly workspace: string;
  readonly name: string;
}

/** The one operation of a route that names its object. The body may leave out what the route says. */
export function operationOf(
  action: Action,
  object: RouteObject,
  body: JsonValue,
  { mustNotExist, expected }: Precondition,
): Operation {
  const { kind, workspace, name } = object;
  const document = isJsonObject(body) ? body : {};
  const stated = document["metadata"];
  const metadata = isJsonObject(stated) ? stated : {};
  checkSame("/kind", document["kind"], kind);
  checkSame("/metadata/name", metadata["name"], name);
  if (isScopedKind(kind)) checkSame("/metadata/workspace", metadata["workspace"], workspace);
  if (stated !== undefined && !isJsonObject(stated)) {
    throw ApiProblem.of("bad-request", "metadata is an object");
  }
  const place = isScopedKind(kind) ? { workspace } : {};
  const whole = { ...document, kind, metadata: { ...metadata, ...place, name } };
  return {
    action: mustNotExist && action === "APPLY" ? "CREATE" : action,
    kind,
    document: JSON.stringify(whole),
    expected,
  };
}

/** Whether the caller may write the objects of a change, by what its documents say. */
export function checkMayWrite(
  caller: Caller,
  workspace: string,
  operations: readonly { readonly kind: string; readonly object: JsonObject }[],
): void {
  for (const { kind, object } of operations) {
    const meant = kindOf(kind);
    // What can not be written at all is for the feed to refuse, with a reason.
    if (!meant.ok || !isNounKind(meant.kind)) continue;
    const { metadata } = object;
    const fields = isJsonObject(metadata) ? metadata : {};
    const stated = fields["workspace"];
    const place = typeof stated === "string" ? stated : workspace;
    if (mayWrite(caller, meant.kind, isScopedKind(meant.kind) ? place : "")) continue;
    const name = typeof fields["name"] === "string" ? fields["name"] : "";
    const key = keyOf(meant.kind, place, name);
    throw ApiProblem.of(
      "not-allowed",
      `${caller.actor} may not write ${NOUN_NAMES[meant.kind].singular} ${key}`,
    );
  }
}

function checkSame(pointer: string, stated: JsonValue | undefined, named: string): void {
  if (stated === undefined || stated === null || stated === named) return;
  const detail = `the route names ${JSON.stringify(named)}, the object says ${JSON.stringify(stated)}`;
  throw ApiProblem.of("route-mismatch", detail, {
    errors: [{ code: "route-mismatch", pointer, detail, hint: "leave it out" }],
  });
}
