import Mustache from "mustache";
import { labelKeyFault } from "../labels.ts";
import { utf8Length } from "../utf8.ts";
import type { Delimiters } from "./delimiters.ts";
import { hostReferenceOf } from "./host-reference.ts";
import { LineNumbers } from "./line-numbers.ts";
import { scopeNameFault } from "./scope-names.ts";
import { parseTagName, type TagName } from "./tag-name.ts";
import { tagFault } from "./tag-scan.ts";
import type { TemplateNode } from "./template-node.ts";
import { type TemplateProblem, TemplateProblems } from "./template-problem.ts";

export interface FileParse {
  readonly nodes: readonly TemplateNode[];
  readonly hostLabels: ReadonlySet<string>;
  readonly needsHostName: boolean;
  readonly problems: readonly TemplateProblem[];
}

/** Parses the text of one template file. `path` is for the problems alone. */
export function parseFile(path: string, text: string, delimiters: Delimiters): FileParse {
  return new FileParser(path, text).parse(delimiters);
}

/** What Mustache's parser hands out: type, value, start, end, and for a section what is in it. */
type Span = readonly [string, string, number, number, ...unknown[]];

class FileParser {
  readonly #path: string;
  readonly #text: string;
  readonly #lines: LineNumbers;
  readonly #problems = new TemplateProblems();
  readonly #hostLabels = new Set<string>();
  #needsHostName = false;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    this.#lines = new LineNumbers(text);
  }

  parse(delimiters: Delimiters): FileParse {
    const nodes = this.#parse(delimiters);
    const problems = this.#problems.list;
    return { nodes, problems, hostLabels: this.#hostLabels, needsHostName: this.#needsHostName };
  }

  #parse(delimiters: Delimiters): readonly TemplateNode[] {
    // Most files of most templates have no tag, and need none of the work below.
    if (!this.#text.includes(delimiters.open)) {
      return this.#text === "" ? [] : [textNode(this.#text)];
    }
    const fault = tagFault(this.#text, delimiters);
    if (fault !== undefined) {
      this.#problem(fault.position, fault);
      return [];
    }
    const parsed = parseSpans(this.#text, delimiters);
    if (parsed.ok) return this.#nodes(parsed.spans, 0);
    this.#problem(0, { code: "template-syntax", detail: parsed.detail, hint: "" });
    return [];
  }

  /** `depth` counts the sections around, inverted ones apart: those bring no item into scope. */
  #nodes(spans: readonly Span[], depth: number): readonly TemplateNode[] {
    const nodes: TemplateNode[] = [];
    for (const [type, value, start, , inside] of spans) {
      if (type === "text") nodes.push(textNode(value));
      else if (type === "name" || type === "&") {
        const name = this.#name(value, start, depth, "value");
        if (name !== undefined) nodes.push({ kind: "value", name, line: this.#lines.at(start) });
      } else if (type === "#" || type === "^") {
        const inverted = type === "^";
        const name = this.#name(value, start, depth, "section");
        const content = this.#nodes(spansOf(inside), inverted ? depth : depth + 1);
        if (name === undefined) continue;
        const line = this.#lines.at(start);
        nodes.push({ kind: "section", inverted, name, line, nodes: content });
      }
    }
    return nodes;
  }

  #name(
    value: string,
    start: number,
    depth: number,
    use: "value" | "section",
  ): TagName | undefined {
    const name = parseTagName(value);
    if ("fault" in name) {
      // `[[host.labels["a"]]]` ends one bracket too early.
      const isCut = value.includes('["') && value.endsWith('"');
      const hint = isCut ? "leave a blank before the closing delimiter" : "";
      this.#problem(start, { code: "template-syntax", detail: name.fault, hint });
      return undefined;
    }
    const fault = depth === 0 ? scopeNameFault(name, use) : undefined;
    if (fault !== undefined) {
      this.#problem(start, fault);
      return undefined;
    }
    const reference = hostReferenceOf(name);
    if (reference?.kind === "name") this.#needsHostName = true;
    if (reference?.kind === "label" && labelKeyFault(reference.label) === undefined) {
      this.#hostLabels.add(reference.label);
    }
    return name;
  }

  #problem(start: number, what: Pick<TemplateProblem, "code" | "detail" | "hint">): void {
    const { code, detail, hint } = what;
    const place = { file: this.#path, line: this.#lines.at(start) };
    this.#problems.add({ code, detail, ...place }, () => hint);
  }
}

function textNode(text: string): TemplateNode {
  return { kind: "text", text, bytes: utf8Length(text) };
}

type SpanParse =
  | { readonly ok: true; readonly spans: readonly Span[] }
  | { readonly ok: false; readonly detail: string };

/** Mustache's own parser, without its cache, which would grow for ever. */
function parseSpans(text: string, { open, close }: Delimiters): SpanParse {
  const writer = new Mustache.Writer();
  Object.assign(writer, { templateCache: undefined });
  try {
    const spans: unknown = writer.parse(text, [open, close]);
    return { ok: true, spans: spansOf(spans) };
  } catch (error) {
    // Only what the scan before it does not know of could come here.
    return { ok: false, detail: error instanceof Error ? error.message : "it can not be parsed" };
  }
}

function spansOf(value: unknown): readonly Span[] {
  return Array.isArray(value) ? value.filter(isSpan) : [];
}

function isSpan(value: unknown): value is Span {
  if (!Array.isArray(value)) return false;
  const [type, text, start] = value;
  return typeof type === "string" && typeof text === "string" && typeof start === "number";
}
