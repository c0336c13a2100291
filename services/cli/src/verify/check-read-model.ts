import { canonicalJson, objectOf, type JsonValue, type NounKind } from "@titan/domain";
import type { ApiClient } from "../api-client.ts";
import type { Nouns } from "./committed-world.ts";
import { Findings, type Check } from "./findings.ts";

const LISTED: readonly (readonly [NounKind, string])[] = [
  ["Workspace", "workspaces"],
  ["Host", "hosts"],
  ["Target", "targets"],
  ["Template", "templates"],
  ["Workload", "workloads"],
  ["Deployment", "deployments"],
];

/** What the API answers at a revision against the commits up to it. */
export async function checkReadModel(
  api: ApiClient,
  nouns: Nouns,
  revision: number,
): Promise<Check> {
  const findings = new Findings("read model");
  for (const [kind, plural] of LISTED) {
    const { items } = await api.list(`/v1/${plural}`, { at: revision });
    const found = new Map<string, string>();
    for (const item of items) {
      const { workspace, name } = item.metadata;
      const key = workspace === undefined ? name : `${workspace}/${name}`;
      found.set(key, textOf(item));
    }
    for (const [key, { value, revision: label }] of nouns.get(kind) ?? []) {
      findings.compared();
      const text = found.get(key);
      found.delete(key);
      if (text === undefined) findings.add(`${plural}: ${key} is missing`);
      else if (text !== textOf(objectOf(kind, value, label)))
        findings.add(`${plural}: ${key} differs`);
    }
    for (const key of found.keys()) findings.add(`${plural}: ${key} must not be there`);
  }
  return findings.check();
}

/** Status is what the world says back, not what was declared. */
function textOf(object: object): string {
  const { metadata, spec } = object as { readonly metadata: JsonValue; readonly spec: JsonValue };
  return canonicalJson({ metadata, spec });
}
