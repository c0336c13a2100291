import type { JsonObject } from "../json.ts";
import type { View } from "../records.generated.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head } from "./object-context.ts";

const VIEW_VERSION_MAX = 1_000_000;

export function readView({ name, createdRevision }: Head, spec: FieldReader): View {
  const before = spec.refusals.count;
  const version = spec.integer("version", 1, VIEW_VERSION_MAX);
  if (version === null && spec.refusals.count === before) spec.missing("version");
  return { name, createdRevision, version: version ?? 1 };
}

export function viewSpec({ version }: View): JsonObject {
  return { version };
}
