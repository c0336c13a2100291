import type { JsonObject } from "../json.ts";
import type { ScopedKind } from "../noun.ts";
import type { Deployment } from "../records.generated.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head, Resolve } from "./object-context.ts";
import { readValues, valuesField } from "./values-object.ts";

const REPLICAS_MAX = 1_000_000;

/** References are stored resolved, so that nothing that is created later takes over behind a deployment's back. */
export function readDeployment(head: Head, spec: FieldReader, resolve: Resolve): Deployment {
  return {
    ...head,
    workload: readReference(spec, "workload", "Workload", resolve),
    template: readReference(spec, "template", "Template", resolve),
    target: readReference(spec, "target", "Target", resolve),
    replicas: spec.integer("replicas", 0, REPLICAS_MAX),
    values: readValues(spec, "values"),
  };
}

export function deploymentSpec(deployment: Deployment): JsonObject {
  const { workload, template, target, replicas, values } = deployment;
  return {
    workload,
    template,
    target,
    ...(replicas === null ? {} : { replicas }),
    ...valuesField("values", values),
  };
}

function readReference(
  spec: FieldReader,
  field: string,
  kind: ScopedKind,
  resolve: Resolve,
): string {
  const reference = spec.requiredText(field);
  return reference === "" ? "" : resolve(kind, reference, spec.at(field));
}
