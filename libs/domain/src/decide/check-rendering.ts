import { pointerTo } from "../json-pointer.ts";
import { nounAs, type NounKind, type NounValue } from "../noun.ts";
import type { Deployment } from "../records.generated.ts";
import type { Refusals } from "../refusals.ts";
import { sameValue } from "../same-value.ts";
import { renderDeployment } from "../template/deployment-rendering.ts";
import { describeTemplateProblem, type TemplateProblem } from "../template/template-problem.ts";
import type { Draft, DraftEntry } from "./draft.ts";

/** Steps of rendering, as `EVALUATIONS_MAX` counts them, over all deployments that one proposal affects. */
const PROPOSAL_EVALUATIONS_MAX = 20_000_000;

/**
 * Checks that every template of the proposal parses and that every deployment that it affects renders, so that a
 * change that could not be rendered never gets in. Looks at no deployment twice.
 */
export function checkRendering(draft: Draft, refusals: Refusals): void {
  const affected = new Set<string>();
  for (const entry of draft.entries) {
    if (entry.kind === "Template") checkParse(entry, draft, refusals);
    for (const key of affectedBy(entry, draft)) affected.add(key);
  }
  let evaluations = 0;
  for (const key of affected) {
    if (refusals.isFull) return;
    evaluations += checkDeployment(key, draft, refusals);
    if (evaluations <= PROPOSAL_EVALUATIONS_MAX) continue;
    const detail = `the ${affected.size} deployments that this affects are too costly to check at once`;
    const hint = "give deployments a new template or workload a few at a time";
    refusals.add("proposal-too-costly", "/operations", detail, hint);
    return;
  }
}

function checkParse({ after, operation }: DraftEntry, draft: Draft, refusals: Refusals): void {
  if (after === null) return;
  const parse = draft.world.parses.of(nounAs("Template", after));
  if (parse.ok) return;
  for (const problem of parse.problems) {
    const pointer = pointerOf(operation.pointer, problem);
    refusals.add(problem.code, pointer, describeTemplateProblem(problem), problem.hint);
  }
}

/** The keys of the deployments whose files may be others because of what happened to one key. */
function affectedBy({ kind, key, before, after }: DraftEntry, draft: Draft): Iterable<string> {
  if (after === null) return [];
  if (kind === "Deployment") return [key];
  if (kind !== "Template" && kind !== "Workload") return [];
  const isRelevant = before === undefined || isRenderedAnew(kind, before.value, after);
  return isRelevant ? draft.usersOf(kind, key) : [];
}

/** Labels and incarnations of templates and workloads do not show in files. */
function isRenderedAnew(kind: NounKind, before: NounValue, after: NounValue): boolean {
  const nothing = { labels: {}, createdRevision: 0 };
  return !sameValue(
    { ...nounAs(kind, before), ...nothing },
    { ...nounAs(kind, after), ...nothing },
  );
}

/** Answers what it cost. */
function checkDeployment(key: string, draft: Draft, refusals: Refusals): number {
  const deployment = draft.get("Deployment", key);
  if (deployment === undefined) return 0;
  const workload = draft.get("Workload", deployment.workload);
  const template = draft.get("Template", deployment.template);
  // What is missing was refused elsewhere: a failed operation, or a deletion of something in use.
  if (workload === undefined || template === undefined) return 0;
  const parse = draft.world.parses.of(template);
  if (!parse.ok) return 0;
  const rendering = renderDeployment(deployment, workload, parse);
  if (rendering.ok) return rendering.evaluations;
  for (const problem of rendering.problems) {
    const pointer = blame(deployment, key, draft, problem);
    const detail = `deployment ${key}: ${describeTemplateProblem(problem)}`;
    refusals.add(problem.code, pointer, detail, problem.hint);
  }
  return rendering.evaluations;
}

/** Where in the proposal the problem came in: the deployment itself, or else its template or its workload. */
function blame(
  deployment: Deployment,
  key: string,
  draft: Draft,
  problem: TemplateProblem,
): string {
  const own = draft.entry("Deployment", key);
  if (own !== undefined) return pointerTo(own.operation.pointer, "spec", "values");
  const template = draft.entry("Template", deployment.template);
  if (template !== undefined) return pointerOf(template.operation.pointer, problem);
  const workload = draft.entry("Workload", deployment.workload);
  return workload === undefined ? "" : pointerTo(workload.operation.pointer, "spec", "values");
}

function pointerOf(operation: string, { file }: TemplateProblem): string {
  return file === "" ? pointerTo(operation, "spec") : pointerTo(operation, "spec", "files", file);
}
