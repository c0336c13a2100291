import type { Code } from "../codes.ts";

/** Why a template can not be parsed, rendered or bound. A value, never an exception. */
export interface TemplateProblem {
  readonly code: Code;
  /** One sentence that names what is wrong, without the place. */
  readonly detail: string;
  /** What to do about it; empty when there is nothing to say. */
  readonly hint: string;
  /** The path of the template file; empty when the problem is in no file. */
  readonly file: string;
  /** Counted from 1; 0 when the problem is in no line. */
  readonly line: number;
}

/** More problems than this are not collected. */
const TEMPLATE_PROBLEMS_MAX = 100;

/** `file:line: detail`, as editors like it. */
export function describeTemplateProblem({ detail, file, line }: TemplateProblem): string {
  if (file === "") return detail;
  return line === 0 ? `${file}: ${detail}` : `${file}:${line}: ${detail}`;
}

/** Hints are looked for so often: looking for what was meant takes longer than finding that it is missing. */
const HINTS_MAX = 20;

/** Collects problems, each once, up to a limit. */
export class TemplateProblems {
  readonly #problems = new Map<string, TemplateProblem>();

  /** `hint` is asked for only when the problem is new. */
  add(problem: Omit<TemplateProblem, "hint">, hint: () => string): void {
    if (this.#problems.size >= TEMPLATE_PROBLEMS_MAX) return;
    const { code, file, line, detail } = problem;
    const identity = JSON.stringify([code, file, line, detail]);
    if (this.#problems.has(identity)) return;
    const isHinted = this.#problems.size < HINTS_MAX;
    this.#problems.set(identity, { ...problem, hint: isHinted ? hint() : "" });
  }

  addAll(problems: readonly TemplateProblem[]): void {
    for (const problem of problems) this.add(problem, () => problem.hint);
  }

  get list(): readonly TemplateProblem[] {
    return [...this.#problems.values()];
  }

  get isEmpty(): boolean {
    return this.#problems.size === 0;
  }
}
