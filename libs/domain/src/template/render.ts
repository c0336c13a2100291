import type { Code } from "../codes.ts";
import { isJsonList, type JsonValue } from "../json.ts";
import type { RenderedFile } from "../records.generated.ts";
import { utf8Length } from "../utf8.ts";
import { ContextStack } from "./context-stack.ts";
import { hostReferenceOf } from "./host-reference.ts";
import type { HoledFile, ParsedFile, ParsedTemplate } from "./parsed-template.ts";
import { PieceWriter } from "./piece-writer.ts";
import {
  EVALUATIONS_MAX,
  HOST_VALUE_BYTES_MAX,
  OUTPUT_BYTES_MAX,
  RenderBudget,
} from "./render-budget.ts";
import type { Scope } from "./scope.ts";
import type { TagName } from "./tag-name.ts";
import type { SectionNode, TemplateNode, ValueNode } from "./template-node.ts";
import { type TemplateProblem, TemplateProblems } from "./template-problem.ts";

export type Rendering =
  | { readonly ok: true; readonly files: readonly RenderedFile[]; readonly evaluations: number }
  | {
      readonly ok: false;
      readonly problems: readonly TemplateProblem[];
      /** What it cost to find out; each is one text, tag, section or turn of a section. */
      readonly evaluations: number;
    };

/**
 * Renders all files of a template in a scope. Strict: a name that nothing supplies, and null, a list or an object in
 * place of text, are problems, all of which are reported. Nothing is escaped, and what a value holds is never looked
 * at again: values of the host stay references until `bindFiles`. Total, and bounded by `RenderBudget`.
 */
export function render(template: ParsedTemplate, scope: Scope): Rendering {
  const budget = new RenderBudget();
  const problems = new TemplateProblems();
  const files: RenderedFile[] = [];
  for (const file of template.files) {
    files.push(renderFile(file, scope, budget, problems));
    if (budget.exceeded === undefined) continue;
    problems.add(overrun(budget.exceeded, file.path), () => "");
    break;
  }
  const { evaluations } = budget;
  if (!problems.isEmpty) return { ok: false, problems: problems.list, evaluations };
  return { ok: true, files, evaluations };
}

function renderFile(
  file: ParsedFile,
  scope: Scope,
  budget: RenderBudget,
  problems: TemplateProblems,
): RenderedFile {
  if (file.kind === "holed") return new FileRenderer(file, scope, budget, problems).render();
  const { path, executable, text, bytes } = file;
  budget.step();
  budget.write(file.length);
  const pieces = text === null || text === "" ? [] : [{ text, label: null, hostName: false }];
  return { path, executable, pieces, bytes };
}

/** Renders one file. Stops quietly when the budget is spent: its caller looks. */
class FileRenderer {
  readonly #file: HoledFile;
  readonly #stack: ContextStack;
  readonly #budget: RenderBudget;
  readonly #problems: TemplateProblems;
  readonly #pieces = new PieceWriter();

  constructor(file: HoledFile, scope: Scope, budget: RenderBudget, problems: TemplateProblems) {
    this.#file = file;
    this.#stack = new ContextStack(scope);
    this.#budget = budget;
    this.#problems = problems;
  }

  render(): RenderedFile {
    const { path, executable, nodes } = this.#file;
    this.#nodes(nodes);
    return { path, executable, pieces: this.#pieces.finish(), bytes: null };
  }

  #nodes(nodes: readonly TemplateNode[]): void {
    for (const node of nodes) {
      this.#budget.step();
      if (this.#budget.exceeded !== undefined) return;
      switch (node.kind) {
        case "text":
          this.#budget.write(node.bytes);
          this.#pieces.text(node.text);
          break;
        case "value":
          this.#value(node);
          break;
        case "section":
          this.#section(node);
          break;
      }
    }
  }

  #value({ name, line }: ValueNode): void {
    const lookup = this.#stack.lookup(name);
    switch (lookup.found) {
      case "nothing":
        return this.#missing(name, line, lookup.hint);
      case "scope":
        return this.#problem("not-a-scalar", `"${name.text}" is not a text`, line);
      case "host": {
        const reference = hostReferenceOf(name);
        if (reference === undefined) return this.#missing(name, line, () => "");
        this.#budget.write(HOST_VALUE_BYTES_MAX);
        return this.#pieces.host(reference);
      }
      case "value": {
        const { value } = lookup;
        if (typeof value === "object") {
          const detail = `"${name.text}" is ${nameOfType(value)}, not a text, a number or a boolean`;
          return this.#problem("not-a-scalar", detail, line);
        }
        const text = String(value);
        this.#budget.write(utf8Length(text));
        return this.#pieces.text(text);
      }
    }
  }

  #section({ inverted, name, line, nodes }: SectionNode): void {
    const lookup = this.#stack.lookup(name);
    switch (lookup.found) {
      case "nothing":
        return this.#missing(name, line, lookup.hint);
      case "host": {
        const detail = `"${name.text}" is known only on the host, so no section can depend on it`;
        return this.#problem("host-section", detail, line);
      }
      case "scope":
        return inverted ? undefined : this.#nodes(nodes);
      case "value": {
        const { value } = lookup;
        if (inverted) return isFalse(value) ? this.#nodes(nodes) : undefined;
        if (isFalse(value)) return undefined;
        // As in Mustache: `true` only switches a section on, anything else is the item that it is at.
        if (value === true) return this.#nodes(nodes);
        return this.#turns(isJsonList(value) ? value : [value], nodes);
      }
    }
  }

  #turns(items: readonly JsonValue[], nodes: readonly TemplateNode[]): void {
    for (const item of items) {
      this.#budget.step();
      if (this.#budget.exceeded !== undefined) return;
      this.#stack.within(item, () => this.#nodes(nodes));
    }
  }

  #missing(name: TagName, line: number, hint: () => string): void {
    this.#problem("missing-value", `nothing supplies "${name.text}"`, line, hint);
  }

  #problem(code: Code, detail: string, line: number, hint = () => ""): void {
    this.#problems.add({ code, detail, file: this.#file.path, line }, hint);
  }
}

/** As mustache.js has it. */
function isFalse(value: JsonValue): boolean {
  if (isJsonList(value)) return value.length === 0;
  return value === null || value === false || value === "" || value === 0;
}

function nameOfType(value: JsonValue): string {
  if (value === null) return "null";
  return isJsonList(value) ? "a list" : "an object";
}

function overrun(
  code: "output-too-large" | "render-too-long",
  file: string,
): Omit<TemplateProblem, "hint"> {
  const detail =
    code === "output-too-large"
      ? `the files of a deployment have at most ${OUTPUT_BYTES_MAX} bytes`
      : `rendering a deployment takes at most ${EVALUATIONS_MAX} steps`;
  return { code, detail, file, line: 0 };
}
