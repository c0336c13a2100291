import type { JsonObject } from "../json.ts";
import type { Workspace } from "../records.generated.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head } from "./object-context.ts";

export function readWorkspace(
  { name, labels, createdRevision }: Head,
  spec: FieldReader,
): Workspace {
  return { name, labels, createdRevision, description: spec.text("description") };
}

export function workspaceSpec({ description }: Workspace): JsonObject {
  return description === "" ? {} : { description };
}
