import type { JsonObject } from "../json.ts";
import type { Host } from "../records.generated.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head } from "./object-context.ts";

export function readHost(head: Head, spec: FieldReader): Host {
  return { ...head, description: spec.text("description") };
}

export function hostSpec({ description }: Host): JsonObject {
  return description === "" ? {} : { description };
}
