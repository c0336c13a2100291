import type { Deployment, Host, Target, Template, Workload } from "@titan/domain";
import { keysOfReference, parseSelector } from "@titan/domain";
import type { InputRecord } from "../view.ts";

/** A noun record for a test: what its topic says of a key from now on. */
export type Given = InputRecord;

/** The key that a name means here: `workspace/name`, or a name in `default`. */
export function keyIn(name: string): string {
  return name.includes("/") ? name : `default/${name}`;
}

function nameIn(name: string): { workspace: string; name: string; key: string } {
  const [first = "", second] = name.split("/");
  const workspace = second === undefined ? "default" : first;
  const short = second ?? first;
  return { workspace, name: short, key: `${workspace}/${short}` };
}

function keyed(name: string): string {
  return keysOfReference(name, "default")[0] ?? name;
}

export function host(
  name: string,
  labels: Readonly<Record<string, string>> = {},
  createdRevision = 1,
): Given {
  const { workspace, name: short, key } = nameIn(name);
  const current: Host = { workspace, name: short, labels, createdRevision, description: "" };
  return { stream: "titan.host", key, current };
}

/** `selector` in the Kubernetes grammar. */
export function target(name: string, selector: string): Given {
  const { workspace, name: short, key } = nameIn(name);
  const parsed = parseSelector(selector);
  if (!parsed.ok) throw new Error(`${selector} is no selector`);
  const current: Target = {
    workspace,
    name: short,
    labels: {},
    createdRevision: 1,
    selector: parsed.selector,
  };
  return { stream: "titan.target", key, current };
}

export function template(
  name: string,
  files: Readonly<Record<string, string>>,
  more: Partial<Pick<Template, "delimiters" | "verbatim" | "defaults">> = {},
): Given {
  const { workspace, name: short, key } = nameIn(name);
  const current: Template = {
    workspace,
    name: short,
    labels: {},
    createdRevision: 1,
    files: Object.entries(files)
      .map(([path, text]) => ({ path, text, bytes: null, executable: false }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    delimiters: [],
    verbatim: [],
    defaults: "{}",
    ...more,
  };
  return { stream: "titan.template", key, current };
}

export function workload(name: string, more: Partial<Workload> = {}): Given {
  const { workspace, name: short, key } = nameIn(name);
  const current: Workload = {
    workspace,
    name: short,
    labels: {},
    createdRevision: 1,
    repo: "",
    image: "",
    values: "{}",
    ...more,
  };
  return { stream: "titan.workload", key, current };
}

export function deployment(
  name: string,
  refs: { readonly workload: string; readonly template: string; readonly target: string },
  more: Partial<Pick<Deployment, "replicas" | "values" | "createdRevision">> = {},
): Given {
  const { workspace, name: short, key } = nameIn(name);
  const current: Deployment = {
    workspace,
    name: short,
    labels: {},
    createdRevision: 1,
    workload: keyed(refs.workload),
    template: keyed(refs.template),
    target: keyed(refs.target),
    replicas: null,
    values: "{}",
    ...more,
  };
  return { stream: "titan.deployment", key, current };
}

/** A record of another view, as an input. */
export function derived(stream: string, key: string, current: unknown): Given {
  return { stream, key, current };
}

/** The same key without a value. */
export function gone(given: Given): Given {
  return { ...given, current: null };
}
