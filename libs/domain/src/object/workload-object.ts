import type { JsonObject } from "../json.ts";
import type { Workload } from "../records.generated.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head } from "./object-context.ts";
import { readValues, valuesField } from "./values-object.ts";

export function readWorkload(head: Head, spec: FieldReader): Workload {
  return {
    ...head,
    repo: spec.text("repo"),
    image: spec.text("image"),
    values: readValues(spec, "values"),
  };
}

export function workloadSpec({ repo, image, values }: Workload): JsonObject {
  return {
    ...(repo === "" ? {} : { repo }),
    ...(image === "" ? {} : { image }),
    ...valuesField("values", values),
  };
}
