import type { JsonObject } from "../json.ts";
import type { Template, TemplateFile } from "../records.generated.ts";
import { utf8Length } from "../utf8.ts";
import { DEFAULT_DELIMITERS, type Delimiters, parseDelimiters } from "./delimiters.ts";
import { globMatches } from "./glob.ts";
import { parseFile } from "./parsed-file.ts";
import { type TemplateProblem, TemplateProblems } from "./template-problem.ts";
import type { TemplateNode } from "./template-node.ts";
import { parseValues } from "./values.ts";

/** A file that is copied as it is, or one with holes. */
export type ParsedFile = CopiedFile | HoledFile;

interface CopiedFile {
  readonly kind: "copied";
  readonly path: string;
  readonly executable: boolean;
  /** Exactly one of text and bytes is set. */
  readonly text: string | null;
  readonly bytes: Uint8Array | null;
  readonly length: number;
}

export interface HoledFile {
  readonly kind: "holed";
  readonly path: string;
  readonly executable: boolean;
  readonly nodes: readonly TemplateNode[];
}

/** A template, parsed once and rendered for each of its deployments. */
export interface ParsedTemplate {
  /** Sorted by path. */
  readonly files: readonly ParsedFile[];
  readonly defaults: JsonObject;
  /** The labels that the files may need of a host, sorted. A host that lacks one is not eligible. */
  readonly hostLabels: readonly string[];
  /** True when the files may need the host's name. Besides it and the labels they need nothing of the host. */
  readonly needsHostName: boolean;
}

export type TemplateParse =
  | { readonly ok: true; readonly template: ParsedTemplate }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/** The parts of a template that its rendered files depend on. */
export type TemplateSource = Pick<Template, "files" | "delimiters" | "verbatim" | "defaults">;

/**
 * Parses a template. Total: whatever the template holds, the answer is a value that names all problems with file and
 * line. What a tag inside a section needs of the host counts as needed even where a value hides the name `host`,
 * because which hosts are eligible must not depend on the values.
 */
export function parseTemplate(source: TemplateSource): TemplateParse {
  const problems = new TemplateProblems();
  const defaults = parseValues(source.defaults);
  if (!defaults.ok) {
    const { problem } = defaults;
    problems.addAll([{ ...problem, detail: `defaults: ${problem.detail}` }]);
  }
  const delimiters = delimitersOf(source, problems);
  const hostLabels = new Set<string>();
  let needsHostName = false;
  const files = source.files.map((file): ParsedFile => {
    const copied = copyOf(file, source.verbatim);
    if (copied !== undefined) return copied;
    const { path, executable } = file;
    const parsed = parseFile(path, file.text ?? "", delimiters);
    problems.addAll(parsed.problems);
    for (const label of parsed.hostLabels) hostLabels.add(label);
    needsHostName ||= parsed.needsHostName;
    return { kind: "holed", path, executable, nodes: parsed.nodes };
  });
  if (!problems.isEmpty || !defaults.ok) return { ok: false, problems: problems.list };
  files.sort((left, right) => (left.path < right.path ? -1 : 1));
  const template = {
    files,
    defaults: defaults.values,
    hostLabels: [...hostLabels].sort(),
    needsHostName,
  };
  return { ok: true, template };
}

function delimitersOf(source: TemplateSource, problems: TemplateProblems): Delimiters {
  const delimiters = parseDelimiters(source.delimiters);
  if (!("fault" in delimiters)) return delimiters;
  const problem = {
    code: "invalid-delimiters",
    detail: delimiters.fault,
    file: "",
    line: 0,
  } as const;
  problems.add(problem, () => 'for example ["[[", "]]"]');
  return DEFAULT_DELIMITERS;
}

function copyOf(file: TemplateFile, verbatim: readonly string[]): CopiedFile | undefined {
  const { path, executable, text, bytes } = file;
  if (bytes !== null) {
    return { kind: "copied", path, executable, text: null, bytes, length: bytes.length };
  }
  if (!verbatim.some((glob) => globMatches(glob, path))) return undefined;
  const whole = text ?? "";
  return { kind: "copied", path, executable, text: whole, bytes: null, length: utf8Length(whole) };
}
