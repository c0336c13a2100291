import type { JsonObject } from "../json.ts";
import type { Labels } from "../labels.ts";
import { nounAs, type NounKind, type NounTypes, type NounValue } from "../noun.ts";
import { deploymentSpec, readDeployment } from "./deployment-object.ts";
import { FieldReader } from "./field-reader.ts";
import { hostSpec, readHost } from "./host-object.ts";
import { readLabels } from "./labels-object.ts";
import type { Head, Resolve } from "./object-context.ts";
import { readTarget, targetSpec } from "./target-object.ts";
import { readTemplate, templateSpec } from "./template-object.ts";
import { readToken, tokenSpec } from "./token-object.ts";
import { readView, viewSpec } from "./view-object.ts";
import { readWorkload, workloadSpec } from "./workload-object.ts";
import { readWorkspace, workspaceSpec } from "./workspace-object.ts";
import type { Refusals } from "../refusals.ts";

export const API_VERSION = "titan/v1";

/** A noun as people and programs see it. Kinds without a workspace have none in their metadata. */
export interface TitanObject {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: NounKind;
  readonly metadata: {
    readonly workspace?: string;
    readonly name: string;
    readonly labels: Labels;
    readonly revision: number;
    readonly createdRevision: number;
  };
  readonly spec: JsonObject;
}

/** The object form of a noun's value. Fields that hold nothing are left out; a token's hash is never shown. */
export function objectOf<Kind extends NounKind>(
  kind: Kind,
  value: NounTypes[Kind],
  revision: number,
): TitanObject {
  const noun: NounValue = value;
  const { name, createdRevision } = noun;
  const labels = "labels" in noun ? noun.labels : {};
  const place = "workspace" in noun ? { workspace: noun.workspace } : {};
  const metadata = { ...place, name, labels, revision, createdRevision };
  return { apiVersion: API_VERSION, kind, metadata, spec: specOf(kind, noun) };
}

/** The same as plain JSON, for patches. */
export function jsonOfObject({ apiVersion, kind, metadata, spec }: TitanObject): JsonObject {
  return { apiVersion, kind, metadata: { ...metadata, labels: { ...metadata.labels } }, spec };
}

/** What reading an object needs beside it. */
export interface ObjectReading {
  readonly workspace: string;
  readonly name: string;
  readonly createdRevision: number;
  /** The value that the object had before. */
  readonly previous: NounValue | undefined;
  readonly resolve: Resolve;
  /** Where everything that is wrong goes; what was read is good only if nothing went there. */
  readonly refusals: Refusals;
}

/** Reads an object whose identity was read before. `status` and the revisions in its metadata are not looked at. */
export function readObject(
  kind: NounKind,
  object: JsonObject,
  pointer: string,
  reading: ObjectReading,
): NounValue {
  const { workspace, name, createdRevision, refusals } = reading;
  const reader = new FieldReader(object, pointer, refusals);
  for (const field of ["apiVersion", "kind", "status"]) reader.value(field);
  const metadata = reader.below("metadata");
  for (const field of ["name", "revision", "createdRevision"]) metadata.value(field);
  // Reported where the identity is read, if the kind has none.
  metadata.value("workspace");
  const head = { workspace, name, labels: readLabels(metadata), createdRevision };
  metadata.finish();
  const spec = reader.below("spec");
  reader.finish();
  if (kind === "View" && Object.keys(head.labels).length > 0) {
    refusals.add("unknown-field", metadata.at("labels"), "a View has no labels");
  }
  const value = readSpec(kind, head, spec, reading);
  spec.finish();
  return value;
}

function readSpec(
  kind: NounKind,
  head: Head,
  spec: FieldReader,
  { resolve, previous }: ObjectReading,
): NounValue {
  switch (kind) {
    case "Workspace":
      return readWorkspace(head, spec);
    case "Host":
      return readHost(head, spec);
    case "Target":
      return readTarget(head, spec);
    case "Template":
      return readTemplate(head, spec);
    case "Workload":
      return readWorkload(head, spec);
    case "Deployment":
      return readDeployment(head, spec, resolve);
    case "Token":
      return readToken(head, spec, resolve, previous && nounAs("Token", previous));
    case "View":
      return readView(head, spec);
  }
}

function specOf(kind: NounKind, value: NounValue): JsonObject {
  switch (kind) {
    case "Workspace":
      return workspaceSpec(nounAs(kind, value));
    case "Host":
      return hostSpec(nounAs(kind, value));
    case "Target":
      return targetSpec(nounAs(kind, value));
    case "Template":
      return templateSpec(nounAs(kind, value));
    case "Workload":
      return workloadSpec(nounAs(kind, value));
    case "Deployment":
      return deploymentSpec(nounAs(kind, value));
    case "Token":
      return tokenSpec(nounAs(kind, value));
    case "View":
      return viewSpec(nounAs(kind, value));
  }
}
