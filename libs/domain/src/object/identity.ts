import { isJsonObject, type JsonObject } from "../json.ts";
import { keyOf } from "../key.ts";
import { nameFault, nameLike } from "../name.ts";
import { isScopedKind, type NounKind } from "../noun.ts";
import type { Refusals } from "../refusals.ts";
import { FieldReader } from "./field-reader.ts";
import { API_VERSION } from "./object.ts";

export interface Identity {
  /** Empty for kinds that have none. */
  readonly workspace: string;
  readonly name: string;
  readonly key: string;
}

/**
 * Reads which object a document is about. A scoped kind without `metadata.workspace` is in `workspace`. Undefined
 * when it can not be said, with the reasons in the refusals.
 */
export function readIdentity(
  kind: NounKind,
  document: JsonObject,
  workspace: string,
  pointer: string,
  refusals: Refusals,
): Identity | undefined {
  const before = refusals.count;
  const reader = new FieldReader(document, pointer, refusals);
  checkHeader(reader, kind);
  const metadata = reader.value("metadata") ?? {};
  if (!isJsonObject(metadata)) {
    refusals.add("wrong-type", reader.at("metadata"), "metadata is an object");
    return undefined;
  }
  const fields = new FieldReader(metadata, reader.at("metadata"), refusals);
  const name = readName(fields, "name");
  const place = readPlace(fields, kind, workspace);
  if (refusals.count > before) return undefined;
  return { workspace: place, name, key: keyOf(kind, place, name) };
}

function checkHeader(reader: FieldReader, kind: NounKind): void {
  const apiVersion = reader.text("apiVersion");
  if (apiVersion !== "" && apiVersion !== API_VERSION) {
    const detail = `apiVersion is ${API_VERSION}`;
    reader.refusals.add("kind-mismatch", reader.at("apiVersion"), detail);
  }
  const stated = reader.text("kind");
  if (stated !== "" && stated !== kind) {
    const detail = `the operation is about a ${kind}`;
    reader.refusals.add("kind-mismatch", reader.at("kind"), detail);
  }
}

function readPlace(metadata: FieldReader, kind: NounKind, workspace: string): string {
  const isStated = metadata.value("workspace") !== undefined;
  if (isScopedKind(kind)) {
    if (isStated) return readName(metadata, "workspace");
    const fault = nameFault(workspace);
    if (fault !== undefined) metadata.refusals.add("invalid-name", "/workspace", fault);
    return workspace;
  }
  if (isStated) {
    const detail = `a ${kind} belongs to no workspace`;
    metadata.refusals.add("unknown-field", metadata.at("workspace"), detail, "leave it out");
  }
  return "";
}

function readName(metadata: FieldReader, field: string): string {
  const before = metadata.refusals.count;
  const name = metadata.requiredText(field);
  if (metadata.refusals.count > before) return "";
  const fault = nameFault(name);
  if (fault !== undefined) {
    const like = nameLike(name);
    metadata.refusals.add("invalid-name", metadata.at(field), fault, like && `try "${like}"`);
  }
  return name;
}
