import type { TitanObject } from "../titan-object.ts";
import { fieldAt, textAt } from "../field-at.ts";

export interface Column {
  readonly heading: string;
  /** Only with `-o wide`. */
  readonly wide?: true;
  value(object: TitanObject): string;
}

const NAME: Column = { heading: "NAME", value: ({ metadata }) => metadata.name };
const LABELS: Column = { heading: "LABELS", value: ({ metadata }) => labelsText(metadata.labels) };
const REVISION: Column = {
  heading: "REVISION",
  value: ({ metadata }) => String(metadata.revision ?? ""),
};
const CREATED: Column = {
  heading: "CREATED",
  wide: true,
  value: ({ metadata }) => String(metadata.createdRevision ?? ""),
};

const WORKSPACE: Column = {
  heading: "WORKSPACE",
  value: ({ metadata }) => metadata.workspace ?? "",
};

/** The columns of a kind's table; with the workspace in front when there may be several. */
export function columnsOf(
  kind: string,
  options: { readonly workspaces: boolean },
): readonly Column[] {
  const front = options.workspaces ? [WORKSPACE, NAME] : [NAME];
  return [...front, ...ownColumns(kind), REVISION, CREATED];
}

export function labelsText(labels: Readonly<Record<string, string>> = {}): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** A selector as people write it; structure as JSON. */
export function selectorText(selector: unknown): string {
  return typeof selector === "string" ? selector : JSON.stringify(selector ?? "");
}

function spec(heading: string, field: string, more: { readonly wide?: true } = {}): Column {
  return { heading, ...more, value: (object) => textAt(object.spec, field) };
}

function ownColumns(kind: string): readonly Column[] {
  switch (kind) {
    case "Workspace":
      return [spec("DESCRIPTION", "description")];
    case "Host":
      return [LABELS, spec("DESCRIPTION", "description", { wide: true })];
    case "Target":
      return [{ heading: "SELECTOR", value: (object) => selectorText(object.spec["selector"]) }];
    case "Template":
      return [{ heading: "FILES", value: (object) => String(keysOf(object.spec["files"]).length) }];
    case "Workload":
      return [spec("IMAGE", "image"), spec("REPO", "repo")];
    case "Deployment":
      return DEPLOYMENT;
    case "Assignment":
      return [spec("DEPLOYMENT", "deployment"), spec("HOST", "host")];
    case "Token":
      return [spec("ROLE", "role"), spec("WORKSPACES", "workspaces"), spec("HOST", "host")];
    case "View":
      return [spec("VERSION", "version")];
    default:
      return [];
  }
}

const DEPLOYMENT: readonly Column[] = [
  spec("WORKLOAD", "workload"),
  spec("TEMPLATE", "template"),
  spec("TARGET", "target"),
  spec("REPLICAS", "replicas", { wide: true }),
  { heading: "DEPLOYED", value: ({ status }) => deployedText(status) },
];

/** Such as `2/3`; nothing while the server says nothing. */
function deployedText(status: TitanObject["status"]): string {
  const hosts = fieldAt(status, "hosts");
  if (hosts === undefined) return "";
  const count = (field: string): number => Number(fieldAt(hosts, field) ?? 0);
  const all = ["deployed", "behind", "failed", "offline", "drifted"].reduce(
    (sum, field) => sum + count(field),
    0,
  );
  return `${count("deployed") + count("drifted")}/${all}`;
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
