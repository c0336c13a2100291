import type { Deployment, RenderedDeployment, Workload } from "../records.generated.ts";
import { digestOf } from "./digest.ts";
import type { TemplateParse } from "./parsed-template.ts";
import { type Rendering, render } from "./render.ts";
import { scopeOf } from "./scope.ts";
import { describeTemplateProblem } from "./template-problem.ts";

/** Renders one deployment with its template, which is parsed once for all of them. Total. */
export function renderDeployment(
  deployment: Deployment,
  workload: Workload,
  parse: TemplateParse,
): Rendering {
  if (!parse.ok) return { ok: false, problems: parse.problems, evaluations: 0 };
  const scope = scopeOf(deployment, workload, parse.template.defaults);
  if (!scope.ok) return { ok: false, problems: scope.problems, evaluations: 0 };
  return render(parse.template, scope.scope);
}

/**
 * What the stream of a deployment holds: its files with their digest, or why there are none. A function of the three
 * values alone; the feed refuses what can not be rendered, so a problem here means that a rule has changed since.
 */
export function renderedDeploymentOf(
  deployment: Deployment,
  workload: Workload,
  parse: TemplateParse,
): RenderedDeployment {
  const rendering = renderDeployment(deployment, workload, parse);
  const files = rendering.ok ? rendering.files : [];
  const [problem] = rendering.ok ? [] : rendering.problems;
  return {
    deployment: `${deployment.workspace}/${deployment.name}`,
    createdRevision: deployment.createdRevision,
    digest: digestOf(files),
    hostLabels: parse.ok ? parse.template.hostLabels : [],
    files,
    problem:
      problem === undefined
        ? null
        : { code: problem.code, detail: describeTemplateProblem(problem), pointer: "" },
  };
}
