import type { Deployment, Piece, RenderedFile, Template, Workload } from "@titan/domain";
import { digestOf } from "./reference-hash.ts";

type Values = Readonly<Record<string, unknown>>;

/** A section and what it encloses, or a tag with a name; the simulator writes sections within a line. */
const SECTION = /\{\{([#^])([^}]+)\}\}(.*?)\{\{\/\2\}\}/s;
const TAG = /\{\{([^#^/}]+)\}\}/;
const HOST_LABEL = /^host\.labels\.(.+)$/;

/** The files of a deployment and their digest, tag by tag. Host values stay references. */
export function renderFiles(
  deployment: Deployment,
  workload: Workload,
  template: Template,
  isAllExecutable: boolean,
): { readonly files: readonly RenderedFile[]; readonly digest: string } {
  const scope = {
    workspace: { name: deployment.workspace },
    workload: { name: workload.name, repo: workload.repo, image: workload.image },
    target: { name: deployment.target.split("/")[1] ?? "" },
    deployment: { name: deployment.name },
    values: [template.defaults, workload.values, deployment.values]
      .map((text) => JSON.parse(text === "" ? "{}" : text) as Values)
      .reduce(layer, {}),
  };
  const files = template.files.map(({ path, executable: own, text, bytes }) => {
    const executable = own || isAllExecutable;
    if (text === null) return { path, executable, pieces: [], bytes };
    return { path, executable, pieces: joined(pieces(text, scope, [])), bytes: null };
  });
  return { files, digest: digestOf(files) };
}

/** The labels of a host that the files name, sorted. */
export function hostLabelsIn({ files }: Template): readonly string[] {
  const labels = new Set<string>();
  for (const { text } of files) {
    for (const [, name = ""] of (text ?? "").matchAll(/\{\{([^}]+)\}\}/g)) {
      const label = HOST_LABEL.exec(name.trim())?.[1];
      if (label !== undefined) labels.add(label);
    }
  }
  return [...labels].sort((a, b) => (a < b ? -1 : 1));
}

/** The later one wins; objects are merged field by field. */
function layer(below: Values, above: Values): Values {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const under = merged[name];
    merged[name] = isObject(under) && isObject(value) ? layer(under, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pieces(text: string, scope: Values, items: readonly unknown[]): Piece[] {
  const section = SECTION.exec(text);
  const tag = TAG.exec(text);
  if (section !== null && (tag === null || section.index < tag.index)) {
    const [whole, kind, name = "", inner = ""] = section;
    const value = lookUp(name.trim(), scope, items);
    const isOff = !value || (Array.isArray(value) && value.length === 0);
    const turns = Array.isArray(value) ? value : [value];
    const middle =
      kind === "^"
        ? isOff
          ? pieces(inner, scope, items)
          : []
        : isOff
          ? []
          : turns.flatMap((item) => pieces(inner, scope, item === true ? items : [...items, item]));
    return [
      ...plain(text.slice(0, section.index)),
      ...middle,
      ...pieces(text.slice(section.index + whole.length), scope, items),
    ];
  }
  if (tag === null) return plain(text);
  const [whole, name = ""] = tag;
  return [
    ...plain(text.slice(0, tag.index)),
    ...valueOf(name.trim(), scope, items),
    ...pieces(text.slice(tag.index + whole.length), scope, items),
  ];
}

function valueOf(name: string, scope: Values, items: readonly unknown[]): Piece[] {
  if (name === "host.name") return [{ text: null, label: null, hostName: true }];
  const label = HOST_LABEL.exec(name)?.[1];
  if (label !== undefined) return [{ text: null, label, hostName: false }];
  return plain(String(lookUp(name, scope, items)));
}

function lookUp(name: string, scope: Values, items: readonly unknown[]): unknown {
  if (name === ".") return items.at(-1);
  const [first = "", ...rest] = name.split(".");
  const holder = [...items].reverse().find((item) => isObject(item) && Object.hasOwn(item, first));
  let value: unknown = (isObject(holder) ? holder : scope)[first];
  for (const step of rest) value = isObject(value) ? value[step] : undefined;
  if (value === undefined) throw new Error(`nothing supplies ${name}`);
  return value;
}

function plain(text: string): Piece[] {
  return text === "" ? [] : [{ text, label: null, hostName: false }];
}

/** Neighbouring texts are one piece. */
function joined(all: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  for (const piece of all) {
    const last = result.at(-1);
    if (piece.text === null || last === undefined || last.text === null) result.push(piece);
    else result[result.length - 1] = { ...last, text: last.text + piece.text };
  }
  return result;
}
