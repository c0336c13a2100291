import type { JsonObject, JsonValue } from "../json.ts";
import { splitKey } from "../key.ts";
import type { Deployment, Workload } from "../records.generated.ts";
import type { TemplateProblem } from "./template-problem.ts";
import { layerValues, parseValues } from "./values.ts";

/** What the tags of a deployment's files can name, except for the host, which is bound late. */
export type Scope = JsonObject;

export type ScopeResult =
  | { readonly ok: true; readonly scope: Scope }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/** The parts of a deployment that are in scope of its template. */
export type ScopeDeployment = Pick<Deployment, "workspace" | "name" | "target" | "values">;
export type ScopeWorkload = Pick<Workload, "name" | "repo" | "image" | "values">;

/**
 * The scope of a deployment: `workspace.name`, `workload.name|repo|image`, `target.name`, `deployment.name` and
 * `values`, where the deployment's win over the workload's and those over the template's defaults. A workload without
 * repository or image has null there: a section can ask for it, and a tag for it is an error.
 */
export function scopeOf(
  deployment: ScopeDeployment,
  workload: ScopeWorkload,
  defaults: JsonObject,
): ScopeResult {
  const problems: TemplateProblem[] = [];
  const layers = [defaults];
  for (const [whose, text] of [
    [`values of workload ${workload.name}`, workload.values],
    [`values of deployment ${deployment.name}`, deployment.values],
  ] as const) {
    const parsed = parseValues(text);
    if (parsed.ok) layers.push(parsed.values);
    else problems.push({ ...parsed.problem, detail: `${whose}: ${parsed.problem.detail}` });
  }
  if (problems.length > 0) return { ok: false, problems };
  const { name, repo, image } = workload;
  const scope = bareObject({
    workspace: bareObject({ name: deployment.workspace }),
    workload: bareObject({ name, repo: repo || null, image: image || null }),
    target: bareObject({ name: splitKey(deployment.target).name }),
    deployment: bareObject({ name: deployment.name }),
    values: layerValues(layers),
  });
  return { ok: true, scope };
}

function bareObject(fields: Readonly<Record<string, JsonValue>>): JsonObject {
  const bare: JsonObject = Object.create(null);
  return Object.assign(bare, fields);
}
