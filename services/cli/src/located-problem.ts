import type { ApiProblem } from "./api-problem.ts";

/** A problem with what came from files: `locate` says where a pointer leads, as `file:line:column`. */
export class LocatedProblem extends Error {
  readonly problem: ApiProblem;
  readonly locate: (pointer: string) => string;

  constructor(problem: ApiProblem, locate: (pointer: string) => string) {
    super(problem.message);
    this.name = "LocatedProblem";
    this.problem = problem;
    this.locate = locate;
  }
}
