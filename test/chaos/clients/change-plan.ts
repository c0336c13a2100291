import { pick } from "../../flows/seeded-random.ts";
import type { ObjectName, WriteOperation } from "../history/history-line.ts";
import { CONTENT_LABEL } from "../truth/topic-record.ts";

/** Few enough that writers meet on them all the time. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Host: ["h0", "h1", "h2", "h3"],
  Target: ["t0", "t1"],
  Workload: ["w0", "w1"],
  Deployment: ["d0", "d1"],
};
export const KINDS = Object.keys(NAMES);
const OPERATIONS_MAX = 4;

/** What a writer means to change; `documents` are what it sends, in the same order. */
export interface PlannedChange {
  readonly operations: readonly WriteOperation[];
  readonly documents: readonly object[];
  readonly mustBeRefused: boolean;
}

export function randomObject(random: () => number, workspace: string): ObjectName {
  const kind = pick(random, KINDS);
  return { kind, key: `${workspace}/${pick(random, NAMES[kind] ?? [])}` };
}

/** A change of one object or of several, all with the content `name`. */
export function planChange(random: () => number, workspace: string, name: string): PlannedChange {
  const count = random() < 0.6 ? 1 : 2 + Math.floor(random() * (OPERATIONS_MAX - 1));
  const chosen = new Map<string, ObjectName>();
  for (let each = 0; each < count; each += 1) {
    const object = randomObject(random, workspace);
    chosen.set(`${object.kind} ${object.key}`, object);
  }
  const operations = [...chosen.values()].map((object) => planOperation(random, object, name));
  // Of a delete only the name is looked at, so nothing else in it can be wrong.
  const mustBeRefused = random() < 0.1 && operations[0]?.action !== "delete";
  const documents = operations.map((each) => documentOf(random, each));
  if (mustBeRefused) documents[0] = brokenDocument(documents[0]);
  return { operations, documents, mustBeRefused };
}

/** What every change builds upon, as one change. */
export function firstChange(workspace: string): PlannedChange {
  const objects = Object.entries(NAMES).flatMap(([kind, names]) =>
    names.map((name) => ({ kind, key: `${workspace}/${name}` })),
  );
  const operations = objects.map(
    (object) => ({ action: "apply", object, content: "first" }) as const,
  );
  const documents = operations.map((each) => documentOf(() => 0, each));
  return { operations, documents, mustBeRefused: false };
}

/** A change of every object, which ends a round. */
export function lastChange(workspace: string, name: string): PlannedChange {
  const { operations } = firstChange(workspace);
  const named = operations.map((each) => ({ ...each, content: name }));
  return {
    operations: named,
    documents: named.map((each) => documentOf(() => 0, each)),
    mustBeRefused: false,
  };
}

function planOperation(random: () => number, object: ObjectName, content: string): WriteOperation {
  const isRemovable = object.kind === "Host" || object.kind === "Deployment";
  const choice = random();
  if (isRemovable && choice < 0.15) return { action: "delete", object };
  return { action: choice < 0.3 ? "create" : "apply", object, content };
}

function documentOf(random: () => number, { object, content }: WriteOperation): object {
  const { kind, key } = object;
  const [workspace = "", name = ""] = key.split("/");
  const group = pick(random, ["a", "b"]);
  const labels = { [CONTENT_LABEL]: content ?? "", ...(kind === "Host" ? { group } : {}) };
  const metadata = { workspace, name, ...(content === undefined ? {} : { labels }) };
  if (content === undefined) return { kind, metadata };
  const target = pick(random, NAMES["Target"] ?? []);
  return {
    apiVersion: "titan/v1",
    kind,
    metadata,
    spec: specOf(kind, { name, group, target, content }),
  };
}

function specOf(
  kind: string,
  {
    name,
    group,
    target,
    content,
  }: Readonly<Record<"name" | "group" | "target" | "content", string>>,
): object {
  switch (kind) {
    case "Target":
      return { selector: `group=${group}` };
    case "Workload":
      return { image: `registry/app:${content}` };
    case "Deployment":
      // Its workload may never change.
      return { workload: name.replace("d", "w"), template: "page", target, values: { content } };
    default:
      return {};
  }
}

/** No label has such a key, so the whole change is refused. */
function brokenDocument(document: object | undefined): object {
  const { metadata } = document as { readonly metadata: object };
  return { ...document, metadata: { ...metadata, labels: { "not a label!": "x" } } };
}
