import { canonicalJson, type JsonObject } from "../json.ts";
import { splitKey } from "../key.ts";
import type { Labels } from "../labels.ts";
import { DEFAULT_WORKSPACE } from "../name.ts";
import type { Deployment, Host, Target, Template, Workload } from "../records.generated.ts";
import { parseSelector } from "../selector/selector-text.ts";

/**
 * Values of nouns for tests. `path` is `workspace/name`, or a name in `default`; `extra` replaces any field. What is
 * left out is what an object without it has. The incarnation is 1.
 */
export function hostValue(path: string, labels: Labels = {}, extra: Partial<Host> = {}): Host {
  return { ...identity(path), labels, description: "", ...extra };
}

/** The selector is text in Kubernetes' grammar; the empty text selects every host. */
export function targetValue(path: string, selector: string, extra: Partial<Target> = {}): Target {
  const parse = parseSelector(selector);
  if (!parse.ok) throw new Error(parse.detail);
  return { ...identity(path), labels: {}, selector: parse.selector, ...extra };
}

/** `files` maps paths to texts. */
export function templateValue(
  path: string,
  files: Readonly<Record<string, string>>,
  extra: Partial<Template> = {},
): Template {
  const texts = Object.entries(files).map(([file, text]) => ({
    path: file,
    text,
    bytes: null,
    executable: false,
  }));
  const holes = { delimiters: [], verbatim: [], defaults: "{}" };
  return { ...identity(path), labels: {}, files: texts, ...holes, ...extra };
}

export function workloadValue(
  path: string,
  values: JsonObject = {},
  extra: Partial<Workload> = {},
): Workload {
  const source = { repo: "", image: "", values: canonicalJson(values) };
  return { ...identity(path), labels: {}, ...source, ...extra };
}

/** Refers to `workload`, `template` and `target` of its own workspace unless `extra` says otherwise. */
export function deploymentValue(
  path: string,
  values: JsonObject = {},
  extra: Partial<Deployment> = {},
): Deployment {
  const { workspace, name, createdRevision } = identity(path);
  return {
    workspace,
    name,
    createdRevision,
    labels: {},
    workload: `${workspace}/workload`,
    template: `${workspace}/template`,
    target: `${workspace}/target`,
    replicas: null,
    values: canonicalJson(values),
    ...extra,
  };
}

function identity(path: string): { workspace: string; name: string; createdRevision: number } {
  const { workspace, name } = splitKey(path);
  return { workspace: workspace || DEFAULT_WORKSPACE, name, createdRevision: 1 };
}
